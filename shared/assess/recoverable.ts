import type { FindingCode, Incident } from './finding.ts'

/** What a recovery puts right, beside the context itself. */
const cured: readonly FindingCode[] = [
  'STRAY_CONTAINERS',
  'SPLIT_BRAIN',
  'SERVICE_MISSING',
  'SERVICE_STOPPED',
  'DESKTOP_STOPPED',
  'HYBRID_DEPLOYMENT',
  'CONFIG_DRIFT',
]

/** What keeps a recovery from being planned: first somebody has to decide, or to mend a file. */
const inTheWay: readonly FindingCode[] = [
  'CONTEXT_PINNED_BY_ENV',
  'CONTEXT_MISSING',
  'CONTEXT_CONFIG_INVALID',
  'ENGINE_REPLACED',
  'ENGINE_UNREACHABLE',
  'SENTINEL_BLIND',
]

/** Whether a recovery would put right more of an incident than the remedy of its cause alone. */
export function recovers({ status, findings }: Incident): boolean {
  const codes = findings.map((key) => key.split('@', 1)[0] as FindingCode)
  return (
    status === 'firing' &&
    codes.some((code) => cured.includes(code)) &&
    !codes.some((code) => inTheWay.includes(code))
  )
}
