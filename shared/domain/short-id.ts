/** "2026-11-23T02-15-00Z_01J…" → its short name for a person, which every command takes. */
export function shortId(id: string): string {
  return id.slice(-8).toLowerCase()
}
