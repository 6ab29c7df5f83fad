import { readdirSync } from 'node:fs'
import { residentMiB } from '../fuzz/daemon.ts'
import type { Memory } from '../helpers/heap.ts'

/** What the processes use at one moment. */
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

/** What the processes hold at one moment, after their garbage was collected. */
export interface Held {
  /** Seconds since the start. */
  at: number
  daemon: Memory
  host: Memory
}

/** One value for the samples of each quarter of a run of so many seconds. */
export function quarters<T extends { at: number }>(
  samples: readonly T[],
  seconds: number,
  value: (sample: T) => number,
  of: (values: number[]) => number,
): number[] {
  return [0, 1, 2, 3].map((quarter) =>
    of(samples.filter(({ at }) => Math.min(3, Math.floor((at / seconds) * 4)) === quarter).map(value)),
  )
}

/** The middle value: collections of garbage make single ones jump. */
export function middle(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** The least value: it has the least of what was just under way, and all of what stays. */
export function least(values: number[]): number {
  return Math.min(...values)
}

/** What may grow from the second quarter of a run to the last, and by how much, MiB. */
export interface Judged {
  what: string
  quarters: number[]
  allowed: number
}

/** From the second quarter to the last: the first is warm-up. MiB. */
export function growth({ quarters: [, second, , last] }: Judged): number {
  return last! - second!
}

/** Figures, and whether they are flat. */
export function sentence(judged: Judged): string {
  const figures = judged.quarters.map((value) => value.toFixed(1)).join(', ')
  const grown = growth(judged)
  return `  ${judged.what}: ${figures} (${grown < 0 ? '' : '+'}${grown.toFixed(1)}, ${judged.allowed} allowed)`
}
