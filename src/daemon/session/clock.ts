/** The two clocks of a session; tests bring their own. */
export interface Clock {
  /** Monotonic milliseconds, for durations. */
  now(): number
  /** Unix seconds, for dates. */
  time(): number
}

export const realClock: Clock = {
  now: () => performance.now(),
  time: () => Math.floor(Date.now() / 1000),
}
