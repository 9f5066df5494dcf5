import { readdir, readFile } from 'node:fs/promises'

/** Jiffies a second on Linux; USER_HZ is 100 on every architecture that Electron runs on. */
const userHz = 100

/** CPU seconds that a process has used so far. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / userHz
}

/** Proportional set size in MiB: shared pages counted by share. */
export async function pssMiB(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1]) / 1024
}

export async function childrenOf(pid: number): Promise<number[]> {
  const children: number[] = []
  for (const task of await readdir(`/proc/${pid}/task`)) {
    const text = await readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')
    children.push(...text.split(' ').filter(Boolean).map(Number))
  }
  return children
}

/** The process and everything it has started, by their own children. */
export async function familyOf(pid: number): Promise<number[]> {
  const children = await childrenOf(pid)
  const families = await Promise.all(children.map(familyOf))
  return [pid, ...families.flat()]
}
