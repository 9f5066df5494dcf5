import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export type ProcessorTimes = { busy: number; whole: number }

/** Since boot, in ticks, and when that was in epoch seconds. One short file. */
export async function machineTimes(
  procRoot: string,
): Promise<{ times: ProcessorTimes; bootTime: number }> {
  const text = await readFile(join(procRoot, 'stat'), 'utf8')
  const ticks = /^cpu +(.*)$/m.exec(text)?.[1]?.split(' ').map(Number)
  const bootTime = /^btime (\d+)$/m.exec(text)?.[1]
  if (ticks === undefined || bootTime === undefined) {
    throw Object.assign(new Error(`${procRoot}/stat makes no sense.`), { code: 'invalid' })
  }
  // proc(5): user nice system idle iowait irq softirq steal; guest time is within user.
  const [, , , idle = 0, iowait = 0] = ticks
  const whole = ticks.slice(0, 8).reduce((sum, one) => sum + one, 0)
  return { times: { busy: whole - idle - iowait, whole }, bootTime: Number(bootTime) }
}

/** The mount point that a path is under, by its text alone: nothing on a dead server is touched. */
export async function mountPoints(procRoot: string): Promise<(path: string) => string> {
  const text = await readFile(join(procRoot, 'self/mountinfo'), 'utf8')
  const points = text.split('\n').flatMap((line) => {
    const point = line.split(' ')[4]
    return point === undefined ? [] : [unescaped(point)]
  })
  const longestFirst = [...new Set(points)].sort((a, b) => b.length - a.length)
  return (path) =>
    longestFirst.find((point) => point === '/' || `${path}/`.startsWith(`${point}/`)) ?? '/'
}

/** A blank in a path is `\040` there. */
const unescaped = (text: string): string =>
  text.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
