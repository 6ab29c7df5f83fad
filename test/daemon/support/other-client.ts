import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { Worker } from 'node:worker_threads'
import type { DaemonProcess } from './daemon.ts'

/** What one client waited for its small calls. */
export interface Waits {
  calls: number
  /** The longest, ms, without the time in which the daemon or the client had no core. A busy disk makes it longer. */
  longest: number
  /** The longest time, ms, that the daemon's main thread worked while a call waited: what is of its own making. */
  longestWork: number
}

/**
 * Makes small calls one after the other while `work` is under way, from a thread of its own, and tells how long they
 * waited. `settleMs`: how long it goes on afterwards, for what the daemon does when it has answered.
 */
export async function waitsDuring(
  t: TestContext,
  daemon: DaemonProcess,
  work: () => Promise<unknown>,
  settleMs = 300,
): Promise<Waits> {
  const worker = new Worker(new URL('other-client-thread.ts', import.meta.url), {
    workerData: { socket: daemon.places.socket, pid: daemon.child.pid },
    execArgv: [],
  })
  t.after(() => worker.terminate())
  await once(worker, 'message')
  await work()
  await new Promise((resolve) => setTimeout(resolve, settleMs))
  worker.postMessage('enough')
  const [waits] = await once(worker, 'message')
  return waits as Waits
}
