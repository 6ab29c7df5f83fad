import { readFileSync } from 'node:fs'

/** What one transfer took. */
export interface Measured {
  /** From the moment both ends were introduced until the last byte is known to be there. */
  seconds: number
  /** Processor time of the measured program, seconds. */
  cpu: number
  /** From the introduction to the first byte of a block, milliseconds; NaN where nobody looked. */
  firstMs: number
  /** The most memory that the measured program had for itself (not files, nothing shared), MiB. */
  memory: number
}

/** Processor time of processes so far, seconds. */
export function cpuOf(pids: readonly number[]): number {
  const ticks = pids.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    return Number(fields[11]) + Number(fields[12])
  })
  return ticks.reduce((sum, one) => sum + one, 0) / 100
}

/** Anonymous memory of a process, MiB. */
function memoryOf(pid: number): number {
  const kib = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib ?? 0) / 1024
}

/**
 * Runs a transfer and watches the processes of one end. `first` resolves with the first byte, `memoryOf` is the process
 * whose memory counts.
 */
export async function measure(
  pids: readonly number[],
  memoryPid: number,
  work: () => Promise<unknown>,
  first: () => Promise<unknown>,
): Promise<Measured> {
  const cpu = cpuOf(pids)
  let memory = 0
  const sampling = setInterval(() => {
    memory = Math.max(memory, memoryOf(memoryPid))
  }, 100)
  let firstMs = Number.NaN
  const start = performance.now()
  const began = first().then(() => {
    firstMs = performance.now() - start
  })
  try {
    await work()
    const seconds = (performance.now() - start) / 1000
    await began
    return { seconds, cpu: cpuOf(pids) - cpu, firstMs, memory }
  } finally {
    clearInterval(sampling)
  }
}

/** The middle one of each figure. */
export function medians(all: readonly Measured[]): Measured {
  const middle = (of: (one: Measured) => number) => median(all.map(of))
  return {
    seconds: middle((one) => one.seconds),
    cpu: middle((one) => one.cpu),
    firstMs: middle((one) => one.firstMs),
    memory: middle((one) => one.memory),
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

/** The value below which so much of them lies; `share` 0..1. */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!
}
