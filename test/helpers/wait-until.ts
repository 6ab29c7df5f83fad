import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Waits until `condition` gives something truthy and returns it; fails after the deadline, saying what was waited
 * for and what the last failure was.
 */
export async function waitUntil<T>(
  what: string,
  condition: () => T | Promise<T>,
  { timeoutMs = 15_000, everyMs = 25 } = {},
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs
  let last: unknown
  for (;;) {
    try {
      const value = await condition()
      if (value) return value as NonNullable<T>
      last = value
    } catch (error) {
      last = error
    }
    if (Date.now() > deadline) {
      throw new Error(`waited ${timeoutMs} ms until ${what}; last: ${String(last)}`, { cause: last })
    }
    await sleep(everyMs)
  }
}
