const newLine = 0x0a

/** No line is as long as this: three names, of which every byte may be written as four. */
const longestLine = 1024 * 1024

/** Some lines at a time, each with its end. Breaks with a sentence where one has none. */
export async function* wholeLines(
  bytes: AsyncIterable<Uint8Array>,
  encoding: 'utf8' | 'latin1',
): AsyncGenerator<string> {
  let rest = Buffer.alloc(0)
  for await (const portion of bytes) {
    const all = Buffer.concat([rest, portion])
    const end = all.lastIndexOf(newLine) + 1
    rest = all.subarray(end)
    if (rest.length > longestLine) throw new Error('The list of files has a line without an end.')
    if (end > 0) yield all.toString(encoding, 0, end)
  }
  if (rest.length > 0) throw new Error('The list of files is cut off.')
}
