import { useEffect, useState } from 'react'

/** The time, told anew every so often; null stands still. */
export function useNow(everySeconds: number | null): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (everySeconds === null) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), everySeconds * 1000)
    return () => clearInterval(timer)
  }, [everySeconds])
  return now
}
