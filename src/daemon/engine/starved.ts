import { readFileSync } from 'node:fs'

/**
 * How long the main thread of a process has waited for a core since it began, ms: it wanted to run, and the machine ran
 * others. 0 where the system does not tell (not Linux, or the process is gone).
 */
export function starvedMs(pid: number): number {
  try {
    // time on a core, time in the queue for one (ns), and how often
    const [, waited] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')
    return Number(waited ?? 0) / 1e6
  } catch {
    return 0
  }
}
