import { longestTimerMs } from '../../../program/longest-timer.ts'

/** How often a wait for a time of day looks at the clock, which somebody may set. */
const lookEveryMs = 30_000

/** Calls back after so many milliseconds, however many. Returns what cancels it. */
export function after(ms: number, callback: () => void): () => void {
  const due = performance.now() + ms
  return repeatedly(() => due - performance.now(), longestTimerMs, callback)
}

/** Calls back when the clock shows a time, unix milliseconds, or a later one. Returns what cancels it. */
export function at(time: number, callback: () => void): () => void {
  return repeatedly(() => time - Date.now(), lookEveryMs, callback)
}

function repeatedly(left: () => number, most: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout
  const wait = () => {
    timer = setTimeout(
      () => {
        if (left() > 0.5) wait()
        else callback()
      },
      Math.min(Math.max(1, Math.ceil(left())), most),
    )
  }
  wait()
  return () => clearTimeout(timer)
}
