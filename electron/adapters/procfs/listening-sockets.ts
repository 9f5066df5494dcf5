import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A socket that waits for others, as the kernel lists it. */
export type ListeningSocket = {
  protocol: 'tcp' | 'udp'
  address: string
  port: number
  uid: number
  inode: string
}

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
  const stream = createReadStream(join(procRoot, 'net', file))
  const lines = createInterface({ input: stream })
  const sockets: ListeningSocket[] = []
  let isHeading = true
  try {
    for await (const line of lines) {
      if (isHeading) {
        isHeading = false
        continue
      }
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
  } catch (error) {
    // A kernel without IPv6 has no tcp6.
    if (!(file.endsWith('6') && (error as NodeJS.ErrnoException).code === 'ENOENT')) throw error
  } finally {
    lines.close()
    stream.destroy()
  }
  return sockets
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
