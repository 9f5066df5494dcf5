import type { ReactNode } from 'react'

export type BannerProps = {
  kind: 'demo' | 'countdown' | 'moving' | 'note' | 'problem'
  children: ReactNode
  action?: ReactNode
}

/** A strip above everything. What presses for time or went wrong interrupts a screen reader. */
export function Banner({ kind, children, action }: BannerProps) {
  const urgent = kind === 'countdown' || kind === 'problem'
  return (
    <div className={`banner banner-${kind}`} role={urgent ? 'alert' : 'status'}>
      <p>{children}</p>
      {action}
    </div>
  )
}
