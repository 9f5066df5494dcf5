// Draws assets/tray/: one icon per verdict, told apart by its outline alone, with a white rim
// so that it stands out on dark panels as on light ones. Run it again after changing a shape.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'

type Point = readonly [x: number, y: number]
/** Negative inside, positive outside, in units of a 64 × 64 field. */
type Shape = (x: number, y: number) => number
type Paint = { shape: Shape; rgb: readonly [number, number, number] }

const white = [255, 255, 255] as const
const ink = [28, 24, 8] as const

const circle =
  (cx: number, cy: number, radius: number): Shape =>
  (x, y) =>
    Math.hypot(x - cx, y - cy) - radius

const line =
  (thickness: number, ...points: Point[]): Shape =>
  (x, y) =>
    Math.min(...points.slice(1).map((end, i) => toSegment(x, y, points[i] ?? end, end))) -
    thickness / 2

const grown =
  (shape: Shape, by: number): Shape =>
  (x, y) =>
    shape(x, y) - by

const union =
  (...shapes: Shape[]): Shape =>
  (x, y) =>
    Math.min(...shapes.map((shape) => shape(x, y)))

const without =
  (shape: Shape, hole: Shape): Shape =>
  (x, y) =>
    Math.max(shape(x, y), -hole(x, y))

function polygon(...points: Point[]): Shape {
  return (x, y) => {
    let inside = false
    let nearest = Number.POSITIVE_INFINITY
    points.forEach((start, i) => {
      const end = points[(i + 1) % points.length] ?? start
      nearest = Math.min(nearest, toSegment(x, y, start, end))
      const crosses = start[1] > y !== end[1] > y
      if (crosses && x < ((end[0] - start[0]) * (y - start[1])) / (end[1] - start[1]) + start[0])
        inside = !inside
    })
    return inside ? -nearest : nearest
  }
}

function toSegment(x: number, y: number, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay]
  const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)
  const t = Math.min(1, Math.max(0, along))
  return Math.hypot(x - ax - t * dx, y - ay - t * dy)
}

const onCircle = (cx: number, cy: number, radius: number, degrees: number): Point => [
  cx + radius * Math.cos((degrees * Math.PI) / 180),
  cy + radius * Math.sin((degrees * Math.PI) / 180),
]

const arc = (cx: number, cy: number, radius: number, from: number, to: number): Point[] =>
  Array.from({ length: 17 }, (_, i) => onCircle(cx, cy, radius, from + ((to - from) * i) / 16))

const shield = grown(
  polygon(
    [32, 8],
    [52, 14],
    [52, 32],
    [47, 43],
    [40, 50],
    [32, 55],
    [24, 50],
    [17, 43],
    [12, 32],
    [12, 14],
  ),
  3,
)
const triangle = grown(polygon([32, 11], [55, 52], [9, 52]), 4)
const octagon = grown(
  polygon(...[0, 1, 2, 3, 4, 5, 6, 7].map((i) => onCircle(32, 32, 25, 22.5 + 45 * i))),
  2,
)
const question = union(
  line(6.5, ...arc(32, 25, 8.5, 185, 400), [32, 36], [32, 39]),
  circle(32, 47, 4),
)
const ring = without(circle(32, 32, 28), circle(32, 32, 22.5))

const icons: Record<string, Paint[]> = {
  ok: [
    { shape: grown(shield, 3), rgb: white },
    { shape: shield, rgb: [30, 132, 73] },
    { shape: line(6.5, [21, 32], [29, 40], [44, 23]), rgb: white },
  ],
  warning: [
    { shape: grown(triangle, 3), rgb: white },
    { shape: triangle, rgb: [245, 166, 35] },
    { shape: union(line(6.5, [32, 24], [32, 38]), circle(32, 47, 3.8)), rgb: ink },
  ],
  critical: [
    { shape: grown(octagon, 3), rgb: white },
    { shape: octagon, rgb: [200, 30, 30] },
    { shape: union(line(7.5, [22, 22], [42, 42]), line(7.5, [42, 22], [22, 42])), rgb: white },
  ],
  unknown: [
    { shape: circle(32, 32, 31), rgb: white },
    { shape: union(ring, question), rgb: [88, 96, 105] },
  ],
}

function draw(paints: readonly Paint[], size: number): Buffer {
  const samples = 4
  const pixels = Buffer.alloc(size * (size * 4 + 1))
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const sum = [0, 0, 0]
      let covered = 0
      for (let i = 0; i < samples * samples; i++) {
        const x = ((column + ((i % samples) + 0.5) / samples) * 64) / size
        const y = ((row + (Math.floor(i / samples) + 0.5) / samples) * 64) / size
        const paint = paints.findLast(({ shape }) => shape(x, y) <= 0)
        if (!paint) continue
        covered++
        paint.rgb.forEach((value, channel) => {
          sum[channel] = (sum[channel] ?? 0) + value
        })
      }
      const at = row * (size * 4 + 1) + 1 + column * 4
      sum.forEach((value, channel) => {
        pixels[at + channel] = covered === 0 ? 0 : Math.round(value / covered)
      })
      pixels[at + 3] = Math.round((covered * 255) / (samples * samples))
    }
  }
  return pixels
}

function png(pixels: Buffer, size: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  header.set([8, 6, 0, 0, 0], 8) // 8 bits a channel, RGBA
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const around = Buffer.alloc(8)
    around.writeUInt32BE(data.length, 0)
    around.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)])
  }
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Electron takes `@2x` by itself where the screen asks for it. */
const files = [
  { suffix: '-22', size: 22 },
  { suffix: '', size: 32 },
  { suffix: '@2x', size: 64 },
]

const directory = join(import.meta.dirname, '../assets/tray')
await mkdir(directory, { recursive: true })
for (const [name, paints] of Object.entries(icons)) {
  for (const { suffix, size } of files) {
    await writeFile(join(directory, `${name}${suffix}.png`), png(draw(paints, size), size))
  }
}
