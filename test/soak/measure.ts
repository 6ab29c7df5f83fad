import { readdirSync } from 'node:fs'
import { residentMiB } from '../fuzz/daemon.ts'

/** What a process uses at one moment. */
export interface Use {
  /** Seconds since the start. */
  at: number
  daemonMiB: number
  hostMiB: number
  daemonFiles: number
  hostFiles: number
}

export function useOf(at: number, daemon: number, host: number): Use {
  return {
    at,
    daemonMiB: residentMiB(daemon),
    hostMiB: residentMiB(host),
    daemonFiles: openFiles(daemon),
    hostFiles: openFiles(host),
  }
}

function openFiles(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return 0
  }
}

/** The straight line through values, as their growth an hour. */
export function slopeAnHour(uses: Use[], value: (use: Use) => number): number {
  const meanAt = mean(uses.map(({ at }) => at))
  const meanValue = mean(uses.map(value))
  let above = 0
  let below = 0
  for (const use of uses) {
    above += (use.at - meanAt) * (value(use) - meanValue)
    below += (use.at - meanAt) ** 2
  }
  return below === 0 ? 0 : (above / below) * 3600
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
