import type { RawVariable } from '../grafana-answers.ts'
import type { VariableValue } from './expand-variables.ts'

export type Option = { value: string; text: string }

const all = '$__all'

/** `a, b : c\,d` of a custom variable: values, some with a text of their own. */
export function customOptions(query: string): Option[] {
  return [...query.matchAll(/(?:\\,|[^,])+/g)].flatMap(([part]) => {
    const whole = part.replaceAll('\\,', ',').trim()
    if (whole === '') return []
    const named = /^(.+?)\s+:\s+(.+)$/.exec(whole)
    return [{ text: named?.[1] ?? whole, value: named?.[2] ?? whole }]
  })
}

/** What a query variable keeps of the answers to its query: its regex picks, its sort orders. */
export function pickedOptions(answers: readonly string[], variable: RawVariable): Option[] {
  const regex = regexOf(variable.regex ?? '')
  const picked = new Map<string, Option>()
  for (const answer of answers) {
    const option = regex ? pick(answer, regex) : { value: answer, text: answer }
    if (option && !picked.has(option.value)) picked.set(option.value, option)
  }
  return sorted([...picked.values()], variable.sort ?? 0)
}

function pick(answer: string, regex: RegExp): Option | undefined {
  const match = regex.exec(answer)
  if (!match) return undefined
  const { value, text } = match.groups ?? {}
  const one = value ?? text ?? match[1] ?? match[0]
  return { value: one, text: text ?? one }
}

/** Written bare or as `/pattern/flags`; a broken one keeps everything, as it does in Grafana. */
export function regexOf(written: string): RegExp | undefined {
  if (written === '') return undefined
  const parts = /^\/(.*)\/([a-z]*)$/s.exec(written)
  try {
    return new RegExp(parts?.[1] ?? `^${written}$`, (parts?.[2] ?? '').replace('g', ''))
  } catch {
    return undefined
  }
}

/** Grafana's numbers: 1, 2 alphabetical, 3, 4 numerical, 5, 6 without case, 7, 8 natural. */
function sorted(options: Option[], sort: number): Option[] {
  if (sort < 1 || sort > 8) return options
  const numberIn = (text: string) => Number(/\d+/.exec(text)?.[0] ?? Number.NaN)
  const orders: ((a: string, b: string) => number)[] = [
    (a, b) => (a < b ? -1 : a > b ? 1 : 0),
    (a, b) => numberIn(a) - numberIn(b) || 0,
    (a, b) => a.toLowerCase().localeCompare(b.toLowerCase()),
    (a, b) => a.localeCompare(b, undefined, { numeric: true }),
  ]
  const order = orders[Math.floor((sort - 1) / 2)] ?? (() => 0)
  const inOrder = options.toSorted((a, b) => order(a.text, b.text))
  return sort % 2 === 0 ? inOrder.reverse() : inOrder
}

/**
 * The value that a viewer sees who opens the dashboard: the saved one if it is still an option,
 * else All if there is one, else the first. Without options the saved one has to do.
 */
export function chosenValue(
  variable: RawVariable,
  options: readonly Option[] | undefined,
): VariableValue {
  const many = Boolean(variable.multi || variable.includeAll)
  const saved = [variable.current?.value ?? []].flat()
  const isAll = (values: readonly string[]) => values.includes(all)
  const known = options ?? []
  const valid = known.filter(({ value }) => saved.includes(value))
  const savedStill = options === undefined && !isAll(saved) ? saved.map(asOption) : valid
  if (!isAll(saved) && savedStill.length > 0)
    return valueFrom(variable.multi ? savedStill : savedStill.slice(0, 1), many)
  if (variable.includeAll) return allOf(variable, known, many)
  return valueFrom(known.slice(0, 1), many)
}

function allOf(variable: RawVariable, options: readonly Option[], many: boolean): VariableValue {
  const saved = (variable.options ?? [])
    .flatMap(({ value }) => value ?? [])
    .filter((value) => value !== all)
  const value = valueFrom(options.length > 0 ? options : saved.map(asOption), many)
  return variable.allValue ? { ...value, texts: ['All'], verbatim: variable.allValue } : value
}

const asOption = (value: string): Option => ({ value, text: value })

const valueFrom = (options: readonly Option[], many: boolean): VariableValue => ({
  values: options.map(({ value }) => value),
  texts: options.map(({ text }) => text),
  many,
})
