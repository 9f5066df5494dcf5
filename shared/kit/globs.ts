/** Whether one of the patterns fits the whole text; `*` is any text in it, `?` any one character. */
export function globs(patterns: readonly string[]): (text: string) => boolean {
  const wholes = patterns.map((pattern) => {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')
    return new RegExp(`^${source}$`, 's')
  })
  return (text) => wholes.some((whole) => whole.test(text))
}
