import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

// Loaded into a process before its own program (node --import): how late its timers are. Each
// SIGUSR2 writes the 99th percentile in milliseconds to a file beside ODIN_BENCH_DELAYS, and begins
// anew. The delay counts from a timer of 1 ms, which is left in: what is told is never too little.

const file = process.env['ODIN_BENCH_DELAYS']
const delays = monitorEventLoopDelay({ resolution: 1 })
delays.enable()
let told = 0

process.on('SIGUSR2', () => {
  writeFileSync(`${file}.${process.pid}.${told++}`, String(delays.percentile(99) / 1e6))
  delays.reset()
})
