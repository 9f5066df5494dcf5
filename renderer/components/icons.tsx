import type { ReactNode } from 'react'
import type { Health } from '../../shared/ipc/status.ts'

// Every state has a shape of its own: round, triangle, octagon, diamond.

/** The frame of every icon; what is in it is drawn on 24 × 24. */
export function Icon(props: { size: number; className?: string; children: ReactNode }) {
  return (
    <svg
      className={`icon ${props.className ?? ''}`}
      width={props.size}
      height={props.size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {props.children}
    </svg>
  )
}

export function StateIcon({ state, size = 16 }: { state: Health | 'info'; size?: number }) {
  switch (state) {
    case 'ok':
      return (
        <Icon size={size} className="tone-ok">
          <circle cx="12" cy="12" r="9.5" />
          <path d="m7.5 12.5 3 3 6-6.5" />
        </Icon>
      )
    case 'warning':
      return (
        <Icon size={size} className="tone-warning">
          <path d="M12 2.8 22.2 20.8H1.8Z" />
          <path d="M12 9.5v5" />
          <path d="M12 17.6v.1" />
        </Icon>
      )
    case 'critical':
      return (
        <Icon size={size} className="tone-critical">
          <path d="M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8Z" />
          <path d="m8.8 8.8 6.4 6.4m0-6.4-6.4 6.4" />
        </Icon>
      )
    case 'unknown':
      return (
        <Icon size={size} className="tone-unknown">
          <path d="M12 1.8 22.2 12 12 22.2 1.8 12Z" strokeDasharray="3.2 3" />
          <path d="M9.7 9.8a2.4 2.4 0 1 1 3.3 2.3c-.7.3-1 .8-1 1.6" />
          <path d="M12 16.6v.1" />
        </Icon>
      )
    case 'info':
      return (
        <Icon size={size} className="tone-quiet">
          <circle cx="12" cy="12" r="9.5" />
          <path d="M12 11.5v5" />
          <path d="M12 7.6v.1" />
        </Icon>
      )
  }
}

export const HouseIcon = ({ size = 14 }: { size?: number }) => (
  <Icon size={size}>
    <path d="M3 11.5 12 3.5l9 8" />
    <path d="M5.5 9.8v10.7h13V9.8" />
    <path d="M10 20.5v-6h4v6" />
  </Icon>
)

export const CurrentIcon = ({ size = 14 }: { size?: number }) => (
  <Icon size={size}>
    <circle cx="12" cy="12" r="9" />
    <circle cx="12" cy="12" r="3.2" fill="currentColor" />
  </Icon>
)

export const ChevronIcon = ({ size = 12 }: { size?: number }) => (
  <Icon size={size} className="chevron">
    <path d="m6 9 6 6 6-6" />
  </Icon>
)

export type CellGlyph =
  | 'running'
  | 'starting'
  | 'stopped'
  | 'unhealthy'
  | 'missing'
  | 'cannot-see'
  | 'absent'

export function CellIcon({ glyph }: { glyph: CellGlyph }) {
  switch (glyph) {
    case 'running':
      return (
        <Icon size={12}>
          <circle cx="12" cy="12" r="8" fill="currentColor" />
        </Icon>
      )
    case 'starting':
      return (
        <Icon size={12}>
          <circle cx="12" cy="12" r="8.5" />
          <path d="M12 3.5a8.5 8.5 0 0 1 0 17Z" fill="currentColor" />
        </Icon>
      )
    case 'stopped':
      return (
        <Icon size={12}>
          <path d="M4.5 4.5h15v15h-15Z" />
        </Icon>
      )
    case 'unhealthy':
      return (
        <Icon size={12}>
          <path d="M12 3 22 20.5H2Z" fill="currentColor" />
        </Icon>
      )
    case 'missing':
      return (
        <Icon size={12}>
          <path d="m5 5 14 14M19 5 5 19" strokeWidth="3" />
        </Icon>
      )
    case 'cannot-see':
      return (
        <Icon size={12}>
          <path d="M12 2.5 21.5 12 12 21.5 2.5 12Z" strokeDasharray="4 3" />
        </Icon>
      )
    case 'absent':
      return null
  }
}

export type StepGlyph = 'waiting' | 'running' | 'done' | 'failed' | 'skipped' | 'rolled-back'

export function StepIcon({ glyph }: { glyph: StepGlyph }) {
  switch (glyph) {
    case 'waiting':
      return (
        <Icon size={18} className="tone-quiet">
          <circle cx="12" cy="12" r="8.5" strokeDasharray="2 4.7" />
        </Icon>
      )
    case 'running':
      return (
        <Icon size={18} className="tone-accent turning">
          <path d="M12 3.5a8.5 8.5 0 1 1-8.5 8.5" />
        </Icon>
      )
    case 'done':
      return <StateIcon state="ok" size={18} />
    case 'failed':
      return <StateIcon state="critical" size={18} />
    case 'skipped':
      return (
        <Icon size={18} className="tone-quiet">
          <path d="M6 12h12" />
        </Icon>
      )
    case 'rolled-back':
      return (
        <Icon size={18} className="tone-warning">
          <path d="M4.5 9.5h10a5 5 0 0 1 0 10H8" />
          <path d="m8.5 5-4 4.5 4 4.5" />
        </Icon>
      )
  }
}
