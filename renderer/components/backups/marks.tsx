import type { ReactNode } from 'react'
import { Icon, StateIcon } from '../icons.tsx'

export type DayMarkName = 'good' | 'partial' | 'unverified' | 'damaged' | 'missed' | 'none'
export type BadgeName = 'verified' | 'proven' | 'pinned' | 'encrypted'
export type FileGlyph = 'component' | 'directory' | 'file' | 'symlink'

const states = {
  good: 'ok',
  partial: 'warning',
  unverified: 'unknown',
  damaged: 'critical',
} as const

/** What a day has to show, each by a shape of its own. */
export function DayMark({ mark, size = 14 }: { mark: DayMarkName; size?: number }) {
  if (mark === 'none') {
    return (
      <Icon size={size} className="tone-quiet day-none">
        <circle cx="12" cy="12" r="1.5" fill="currentColor" />
      </Icon>
    )
  }
  if (mark === 'missed') {
    return (
      <Icon size={size} className="tone-warning">
        <circle cx="12" cy="12" r="9.5" strokeDasharray="3.4 4.06" />
        <path d="M8 12h8" />
      </Icon>
    )
  }
  return <StateIcon state={states[mark]} size={size} />
}

const badges: Record<BadgeName, ReactNode> = {
  verified: <path d="m5 12.5 4.5 4.5L19 7.5" />,
  proven: (
    <>
      <path d="M12 2.8 4.5 5.6v6c0 4.6 3 7.9 7.5 9.6 4.5-1.7 7.5-5 7.5-9.6v-6Z" />
      <path d="m8.6 11.8 2.5 2.5 4.4-4.6" />
    </>
  ),
  pinned: (
    <>
      <path d="M9 3.5h6l-1 6.5 3.5 3.5v1.5h-11v-1.5L10 10Z" />
      <path d="M12 15v6" />
    </>
  ),
  encrypted: (
    <>
      <path d="M5.5 11h13v9.5h-13Z" />
      <path d="M8.5 11V7.5a3.5 3.5 0 0 1 7 0V11" />
    </>
  ),
}

export function Badge({ kind, word }: { kind: BadgeName; word: string }) {
  return (
    <span className={`badge badge-${kind}`}>
      <Icon size={12}>{badges[kind]}</Icon>
      {word}
    </span>
  )
}

const files: Record<FileGlyph, ReactNode> = {
  component: (
    <>
      <path d="M3 7.5 12 3l9 4.5v9L12 21l-9-4.5Z" />
      <path d="m3 7.5 9 4.5 9-4.5M12 12v9" />
    </>
  ),
  directory: <path d="M3 6h6l2 2.5h10V19H3Z" />,
  file: (
    <>
      <path d="M6 3h8l4.5 4.5V21H6Z" />
      <path d="M14 3v4.5h4.5" />
    </>
  ),
  symlink: (
    <>
      <path d="M5 19c0-7 4-9.5 12-9.5" />
      <path d="m13 5 4.5 4.5L13 14" />
    </>
  ),
}

export const FileIcon = ({ glyph }: { glyph: FileGlyph }) => (
  <Icon size={16} className={`file-${glyph}`}>
    {files[glyph]}
  </Icon>
)

export const StepIcon = ({ to }: { to: 'back' | 'on' }) => (
  <Icon size={14}>
    <path d={to === 'back' ? 'm15 5-7 7 7 7' : 'm9 5 7 7-7 7'} />
  </Icon>
)
