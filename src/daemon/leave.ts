/** It was told to end while it waited for something; the message is the reason. */
export class LeaveError extends Error {}

/** Waits for the daemon to be told to end. */
export interface LeaveRequests {
  /** Resolves with the reason at the first request. */
  first: Promise<string>
  /** Aborts with a LeaveError then: what a start waits for is not waited for any more. */
  signal: AbortSignal
  /** Resolves when a signal comes after the first request: end now. */
  hurry: Promise<string>
  /** Requests it from inside. A second call changes nothing. */
  request(reason: string): void
}

/**
 * SIGTERM, SIGINT and SIGQUIT ask the daemon to end, and so does `request`; a signal after that hurries. The handlers stay
 * until the process ends: without them a third signal would end it in the middle of its last steps.
 */
export function leaveRequests(): LeaveRequests {
  const first = Promise.withResolvers<string>()
  const hurry = Promise.withResolvers<string>()
  const left = new AbortController()
  let asked = false
  const request = (reason: string) => {
    asked = true
    first.resolve(reason)
    left.abort(new LeaveError(reason))
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const) {
    process.on(signal, () => (asked ? hurry.resolve(signal) : request(signal)))
  }
  return { first: first.promise, signal: left.signal, hurry: hurry.promise, request }
}
