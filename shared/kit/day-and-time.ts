const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const dayOfYear = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
})

/** Calendar days from one moment to the other by this machine's clock; a day may have 23 hours. */
export function daysBetween(from: number, to: number): number {
  const [a, b] = [new Date(from), new Date(to)]
  const dayOf = (one: Date) => Date.UTC(one.getFullYear(), one.getMonth(), one.getDate())
  return (dayOf(b) - dayOf(a)) / 86_400_000
}

/** `today 02:15`, `tomorrow 02:15`, `Wed 18 Nov, 02:15`, with the year when it is another one. */
export function dayAndTime(time: string, now: number): string {
  const date = new Date(time)
  const near = new Map([
    [-1, 'yesterday'],
    [0, 'today'],
    [1, 'tomorrow'],
  ]).get(daysBetween(now, date.getTime()))
  if (near !== undefined) return `${near} ${clock.format(date)}`
  const thisYear = date.getFullYear() === new Date(now).getFullYear()
  const words = thisYear ? `${weekday.format(date)} ${day.format(date)}` : dayOfYear.format(date)
  return `${words}, ${clock.format(date)}`
}
