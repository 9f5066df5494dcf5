import { open } from 'node:fs/promises'
import { join } from 'node:path'

/** A socket that waits for others, as the kernel lists it. */
export type ListeningSocket = {
  protocol: 'tcp' | 'udp'
  address: string
  port: number
  uid: number
  inode: string
}

/** What the kernel gives of such a list at once is a page; several fit here. */
const chunkBytes = 16_384

const files = ['tcp', 'tcp6', 'udp', 'udp6'] as const

/** TCP_LISTEN and TCP_CLOSE of the kernel's include/net/tcp_states.h; a bound UDP socket is in the latter. */
const waiting = { tcp: '0A', udp: '07' } as const

/** All of them, for everybody to read. Throws where there is no `/proc/net`. */
export async function listeningSockets(procRoot: string): Promise<ListeningSocket[]> {
  const lists = await Promise.all(files.map((file) => listIn(procRoot, file)))
  return lists.flat()
}

async function listIn(procRoot: string, file: (typeof files)[number]): Promise<ListeningSocket[]> {
  const protocol = file.startsWith('tcp') ? 'tcp' : 'udp'
  const sockets: ListeningSocket[] = []
  for await (const line of linesIn(join(procRoot, 'net', file), file.endsWith('6'))) {
    const [, local = '', remote = '', state, , , , uid, , inode = ''] = line.trim().split(/\s+/)
    if (state !== waiting[protocol]) {
      // The kernel lists listening TCP sockets before all connections (tcp_ipv4.c,
      // tcp_get_idx; seen on 6.18), and there may be thousands of those.
      if (protocol === 'tcp') break
      continue
    }
    if (!/:0000$/.test(remote)) continue
    const [address = '', port = ''] = local.split(':')
    const place = { address: addressOf(address), port: Number.parseInt(port, 16) }
    sockets.push({ protocol, ...place, uid: Number(uid), inode })
  }
  return sockets
}

/**
 * The lines below the heading, read as far as somebody wants them; none where the kernel has no
 * such list. By hand, as a stream costs four times as many calls for a file that fits one read.
 */
async function* linesIn(path: string, mayLack: boolean): AsyncGenerator<string> {
  const list = await open(path).catch((error: NodeJS.ErrnoException) => {
    // A kernel without IPv6 has no tcp6.
    if (mayLack && error.code === 'ENOENT') return undefined
    throw error
  })
  if (!list) return
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes)
    let rest = ''
    let isHeading = true
    for (;;) {
      const { bytesRead } = await list.read(chunk, 0, chunkBytes, null)
      if (bytesRead === 0) break
      const lines = (rest + chunk.toString('latin1', 0, bytesRead)).split('\n')
      rest = lines.pop() ?? ''
      yield* isHeading ? lines.slice(1) : lines
      isHeading = false
    }
    if (rest !== '' && !isHeading) yield rest
  } finally {
    await list.close()
  }
}

/** The kernel prints each 32-bit word of an address as a number of this machine's byte order. */
function addressOf(hex: string): string {
  const words = hex.match(/.{8}/g) ?? []
  const bytes = words.flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((pair) => Number.parseInt(pair, 16)),
  )
  if (bytes.length === 4) return bytes.join('.')
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255
  if (isMapped) return bytes.slice(12).join('.')
  return shortIpv6(
    Array.from({ length: 8 }, (_, at) => ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)),
  )
}

/** RFC 5952: the longest run of zero groups, the first of equals, becomes `::`. */
function shortIpv6(groups: readonly number[]): string {
  const text = groups.map((group) => group.toString(16)).join(':')
  const runs = [...text.matchAll(/(?:^|(?<=:))0(?::0)+(?=:|$)/g)].map(([run]) => run)
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '')
  if (longest === '') return text
  return text.replace(new RegExp(`(^|:)${longest}(:|$)`), '::')
}
