// Buffers of a quarter of a megabyte are small to V8 and large to the memory: left to the
// garbage collector, a gigabyte of them costs hundreds of full collections (Node 24.21).

const spendable = new WeakSet<ArrayBufferLike>()

/** Whoever takes these bytes last may let go of them. Says nothing about views of a shared pool. */
export function handOver<Bytes extends Uint8Array>(bytes: Bytes): Bytes {
  if (bytes.buffer.byteLength >= leastBytes) spendable.add(bytes.buffer)
  return bytes
}

/**
 * Gives the memory back at once, if it was handed over and this is the end of it. Only for who
 * takes bytes in their order and is done with all of them: nobody can read them any more.
 */
export function spent(bytes: Uint8Array): void {
  const { buffer, byteOffset, byteLength } = bytes
  if (byteOffset + byteLength !== buffer.byteLength || !spendable.delete(buffer)) return
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}

/** Smaller ones may lie in the pool that Node shares out among all buffers. */
const leastBytes = 128 * 1024
