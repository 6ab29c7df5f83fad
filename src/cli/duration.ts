import { longestTimerMs } from '../program/longest-timer.ts'

const units: { [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A duration of the command line. */
export interface Duration {
  ms: number
  /** As it was written, with a unit. */
  text: string
}

/**
 * Reads `30s`, `5m`, `1h`, `1.5h`, `250ms`, or plain seconds. undefined for anything else, and for what is longer
 * than 24 days.
 */
export function parseDuration(text: string): Duration | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(ms|[smhd])?$/.exec(text)
  if (!match) return undefined
  const ms = Number(match[1]) * (units[match[2] ?? 's'] as number)
  return ms <= longestTimerMs ? { ms, text: match[2] === undefined ? `${text}s` : text } : undefined
}
