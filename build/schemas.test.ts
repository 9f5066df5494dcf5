import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { renderStackFile } from '../shared/stack/render-stack-file.ts'
import { aStack } from '../test/support/a-world.ts'
import { outdatedSchemas } from './schemas.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const published = (name: string) => JSON.parse(read(`shared/schemas/${name}.schema.json`))

/** Judges by the published file alone, not by the schema that it was made of. */
const accepts = (name: string, value: unknown) =>
  z.fromJSONSchema(published(name)).safeParse(value).success

test('the published schemas are up to date: node build/schemas.ts writes them', async () => {
  expect(await outdatedSchemas()).toEqual([])
})

describe.each([
  ['stack', 'test/fixtures/stack-files'],
  ['settings', 'test/fixtures/settings'],
])('%s.schema.json', (name, fixtures) => {
  const files = (ending: string) =>
    readdirSync(join(root, fixtures)).filter((file) => file.endsWith(ending))

  test.each(files('.good.yaml'))('accepts %s', (file) => {
    // A file without keys is one where nothing has been chosen.
    expect(accepts(name, parse(read(`${fixtures}/${file}`)) ?? {})).toBe(true)
  })

  /** Faults that only a parser of the text, or a look across branches, can tell. */
  const beyondASchema =
    /^(not-yaml|tab-|duplicate-|several-documents|unknown-tag|alias|quiet-hours-of-no-length)/

  test.each(files('.bad.yaml').filter((file) => !beyondASchema.test(file)))(
    'refuses %s',
    (file) => {
      expect(accepts(name, parse(read(`${fixtures}/${file}`)))).toBe(false)
    },
  )

  test('accepts what Sentinel writes', () => {
    expect(accepts('stack', parse(renderStackFile(aStack())))).toBe(true)
  })

  test('describes every key, so that an editor can help', () => {
    const undescribed: string[] = []
    const walk = (node: unknown, path: string) => {
      if (typeof node !== 'object' || node === null) return
      for (const [key, child] of Object.entries(node)) {
        if (key === 'properties') {
          for (const [name, property] of Object.entries(child as Record<string, object>)) {
            if (!('description' in property)) undescribed.push(`${path}.${name}`)
          }
        }
        walk(child, `${path}.${key}`)
      }
    }
    walk(published(name), '')
    expect(undescribed).toEqual([])
  })
})

const at = '2026-11-23T12:00:00.000Z'
const finding = {
  code: 'CONTEXT_SWITCHED',
  severity: 'critical',
  status: 'firing',
  subject: 'context:current',
  sentence: 'Docker context is default, expected desktop-linux.',
  evidence: { cause: 'CLI write' },
  remedy: { kind: 'plan', intent: { kind: 'switch-back' }, label: 'Switch back' },
  since: at,
}
const incident = {
  id: 'CONTEXT_SWITCHED@context:current@1',
  cause: 'CONTEXT_SWITCHED',
  severity: 'critical',
  status: 'firing',
  sentence: 'odin was left behind on desktop-linux.',
  since: at,
  findings: ['CONTEXT_SWITCHED@context:current'],
  remedy: { kind: 'none' },
}
const status = {
  health: 'critical',
  sentence: 'odin was left behind on desktop-linux.',
  at,
  stack: 'odin',
  stackFile: '/home/ada/.config/odin-sentinel/stack.yaml',
  home: { context: 'desktop-linux', source: 'stack file', engineId: 'DESK' },
  current: { context: 'default', source: 'config.json', engineId: null },
  engines: [
    {
      engineId: 'DESK',
      kind: 'docker-desktop',
      name: 'docker-desktop',
      version: '28.5.1',
      endpoint: 'unix:///d.sock',
      contexts: ['desktop-linux'],
      answers: true,
      failure: null,
      home: true,
      current: false,
    },
  ],
  services: [
    {
      name: 'prometheus',
      project: 'odin',
      places: [
        {
          context: 'desktop-linux',
          engineId: 'DESK',
          container: 'odin-prometheus-1',
          state: 'running',
          health: 'healthy',
        },
      ],
    },
  ],
  findings: [finding],
  incidents: [incident],
}

test('status.schema.json accepts a status, and refuses one with a key too many or too few', () => {
  expect(accepts('status', status)).toBe(true)
  expect(accepts('status', { ...status, extra: 1 })).toBe(false)
  const { health: _, ...less } = status
  expect(accepts('status', less)).toBe(false)
  expect(accepts('status', { ...status, findings: [{ ...finding, code: 'NO_SUCH' }] })).toBe(false)
})

test.each([
  { type: 'state', at, status },
  { type: 'finding', at, stack: 'odin', finding },
  { type: 'incident', at, stack: 'odin', incident },
  {
    type: 'timeline',
    at,
    entry: { at, kind: 'context', stack: null, subject: 'context:current', sentence: 'It moved.' },
  },
])('watch-line.schema.json accepts a line of type $type and nothing beside it', (line) => {
  expect(accepts('watch-line', line)).toBe(true)
  expect(accepts('watch-line', { ...line, more: true })).toBe(false)
  expect(accepts('watch-line', { ...line, at: 'yesterday' })).toBe(false)
})
