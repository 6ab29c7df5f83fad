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

/** The middle value of each quarter of a run: collections of garbage make single values jump. */
export function quarters(uses: Use[], value: (use: Use) => number): number[] {
  const size = Math.max(1, Math.ceil(uses.length / 4))
  return [0, 1, 2, 3].map((quarter) => {
    const values = uses.slice(quarter * size, (quarter + 1) * size).map(value)
    return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
  })
}
