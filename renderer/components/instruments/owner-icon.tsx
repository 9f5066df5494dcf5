import type { ReactNode } from 'react'
import { Icon } from '../icons.tsx'

export type OwnerKind = 'container' | 'unit' | 'process' | 'unknown' | 'nobody'

const shapes: Record<OwnerKind, ReactNode> = {
  container: (
    <>
      <path d="M3 7.5 12 3l9 4.5v9L12 21l-9-4.5Z" />
      <path d="m3 7.5 9 4.5 9-4.5M12 12v9" />
    </>
  ),
  unit: (
    <>
      <circle cx="12" cy="12" r="4" />
      <path d="M12 2.5v4m0 11v4m9.5-9.5h-4m-11 0h-4m14.2-6.7-2.8 2.8m-7.8 7.8-2.8 2.8m0-13.4 2.8 2.8m7.8 7.8 2.8 2.8" />
    </>
  ),
  process: (
    <>
      <path d="M3 4.5h18v15H3Z" />
      <path d="m7 9.5 3 2.5-3 2.5m5.5 1h4" />
    </>
  ),
  unknown: <path d="M12 2.5 21.5 12 12 21.5 2.5 12Z" strokeDasharray="4 3" />,
  nobody: <path d="M6 12h12" />,
}

/** Who holds a port, by shape; the word stands beside it. */
export function OwnerIcon({ kind }: { kind: OwnerKind }) {
  return (
    <Icon size={14} className="owner-icon">
      {shapes[kind]}
    </Icon>
  )
}
