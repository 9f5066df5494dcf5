import { styleText } from 'node:util'
import type { Health, IncidentView } from '../../../shared/ipc/status.ts'

export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string

/** Colours only where somebody looks: a terminal, and no NO_COLOR. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(style, text, { stream })
}

type Tone = Health | IncidentView['severity']

// A mark for each state as well as a colour, so that it reads without colours.
const tones: Record<Tone, { mark: string; word: string; style: Parameters<typeof styleText>[0] }> =
  {
    ok: { mark: '●', word: 'OK', style: 'green' },
    info: { mark: '·', word: 'INFO', style: 'cyan' },
    warning: { mark: '▲', word: 'WARNING', style: 'yellow' },
    critical: { mark: '■', word: 'CRITICAL', style: 'red' },
    unknown: { mark: '?', word: 'UNKNOWN', style: 'magenta' },
  }

/** The state as a mark and a word, for example `■ CRITICAL`. */
export function toneText(tone: Tone, paint: Paint): string {
  const { mark, word, style } = tones[tone]
  return paint([style, 'bold'] as Parameters<typeof styleText>[0], `${mark} ${word}`)
}
