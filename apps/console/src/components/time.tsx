import { useEffect, useState } from 'react'
import { serverNow } from '../api/server-clock'

export function useServerNow(everyMillis = 1_000): number {
  const [now, setNow] = useState(serverNow)
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), everyMillis)
    return () => clearInterval(timer)
  }, [everyMillis])
  return now
}

/** A moment as people say it; the exact one on hover. */
export function Moment({ at }: { readonly at: string | null }) {
  const now = useServerNow(10_000)
  if (at === null) return <span className="quiet">never</span>
  return (
    <time dateTime={at} title={new Date(at).toISOString()}>
      {ago(now - Date.parse(at), at)}
    </time>
  )
}

function ago(millis: number, at: string): string {
  const seconds = Math.round(millis / 1_000)
  if (seconds < -5) return new Date(at).toLocaleString()
  if (seconds < 10) return 'just now'
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
}

/** `4:07`, `1:02:09`; never negative. */
export function clockOf(millis: number): string {
  const seconds = Math.max(0, Math.ceil(millis / 1_000))
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
  const [hours = 0, minutes = 0, rest = 0] = parts
  const twoDigits = (value: number) => String(value).padStart(2, '0')
  return hours > 0
    ? `${hours}:${twoDigits(minutes)}:${twoDigits(rest)}`
    : `${minutes}:${twoDigits(rest)}`
}

export function TimeLeft({ until }: { readonly until: string }) {
  const left = Date.parse(until) - useServerNow()
  return (
    <span role="timer" className={left < 30_000 ? 'time-left time-left-short' : 'time-left'}>
      {clockOf(left)}
    </span>
  )
}

export function Duration({ micros }: { readonly micros: string | null }) {
  if (micros === null) return null
  const millis = Number(micros) / 1_000
  if (millis < 10) return `${millis.toFixed(1)} ms`
  return millis < 10_000 ? `${Math.round(millis)} ms` : clockOf(millis)
}
