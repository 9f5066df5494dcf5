/**
 * The same unified diff the other way round: what would have to be done to what is there now.
 * Within a run of changed lines those that go stand first, as in every diff.
 */
export function reversedDiff(diff: string): string {
  const reversed: string[] = []
  let goes: string[] = []
  let comes: string[] = []
  const flush = () => {
    reversed.push(...goes, ...comes)
    goes = []
    comes = []
  }
  let last = goes
  let inside = false
  for (const line of diff.split('\n')) {
    const head = hunkHead.exec(line)
    if (head) {
      flush()
      inside = true
      reversed.push(`@@ -${head[2]} +${head[1]} @@${head[3]}`)
    } else if (!inside) reversed.push(line)
    else if (line.startsWith('+')) {
      last = goes
      goes.push(`-${line.slice(1)}`)
    } else if (line.startsWith('-')) {
      last = comes
      comes.push(`+${line.slice(1)}`)
    } else if (line.startsWith('\\') && goes.length + comes.length > 0) last.push(line)
    else {
      flush()
      reversed.push(line)
    }
  }
  flush()
  return reversed.join('\n')
}

const hunkHead = /^@@ -(\S+) \+(\S+) @@(.*)$/
