/** How far an arrow leads in a list, or in a grid with so many columns. */
function stepOf(key: string, columns: number): number | undefined {
  const rows = { ArrowDown: columns, ArrowUp: -columns }[key]
  return rows ?? (columns > 1 ? { ArrowRight: 1, ArrowLeft: -1 }[key] : undefined)
}

/**
 * Walks the buttons inside by arrows, Home and End; stops at the ends. True when the key was one
 * of these.
 */
export function walkButtons(
  inside: Element | null,
  key: string,
  columns = 1,
  which = 'button',
): boolean {
  const buttons: HTMLElement[] = [...(inside?.querySelectorAll<HTMLElement>(which) ?? [])]
  const active = document.activeElement
  const at = active instanceof HTMLElement ? buttons.indexOf(active) : -1
  const step = stepOf(key, columns)
  const to = key === 'Home' ? 0 : key === 'End' ? buttons.length - 1 : at + (step ?? 0)
  if (step === undefined && key !== 'Home' && key !== 'End') return false
  buttons[to]?.focus()
  return true
}
