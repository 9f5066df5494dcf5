import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')

function coloursOf(block: string): Record<string, string> {
  return Object.fromEntries(
    [...block.matchAll(/--([a-z0-9-]+):\s*(#[0-9a-f]{6})/g)].map((match) => [match[1], match[2]]),
  )
}

const [lightBlock = '', darkBlock = ''] = css.split('@media (prefers-color-scheme: dark)')
const themes = { light: coloursOf(lightBlock), dark: coloursOf(darkBlock) }

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
  const [red = 0, green = 0, blue = 0] = channels.map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  )
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}

const grounds = ['ground', 'surface', 'sunken']
const states = ['ok', 'warning', 'critical', 'unknown']
const text: [string, string][] = [
  ...['ink', 'ink-2', 'ink-3', ...states].flatMap((ink) =>
    grounds.map((ground): [string, string] => [ink, ground]),
  ),
  ...states.map((state): [string, string] => [state, `${state}-ground`]),
  ...states.map((state): [string, string] => ['ink', `${state}-ground`]),
  ...states.map((state): [string, string] => ['ink-2', `${state}-ground`]),
  ['accent', 'surface'],
  ['accent-ink', 'accent'],
  ['accent-ink', 'accent-hover'],
]

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  const colour = (name: string) => themes[theme][name] ?? 'absent'

  test.each(text)('%s on %s reads at AA', (ink, ground) => {
    expect(contrast(colour(ink), colour(ground))).toBeGreaterThanOrEqual(4.5)
  })

  test('the edge of a control stands out', () => {
    expect(contrast(colour('control-line'), colour('surface'))).toBeGreaterThanOrEqual(3)
  })
})

test('both themes give every colour', () => {
  expect(Object.keys(themes.dark)).toEqual(Object.keys(themes.light))
})
