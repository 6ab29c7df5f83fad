import type { Worker } from 'node:worker_threads'

/** Places in the memory shared with the thread. */
const go = 0
const armed = 1
const forever = 2

/** How long to wait for the thread to take over; it needs microseconds. */
const activationMs = 1000

/**
 * The thread waits inside code that a SIGINT may stop, for as long as it lives. Of several that wait like this Node
 * stops the one that began last, so that the thread hears of a SIGINT only while the main thread runs nothing.
 */
const code = `
  const { parentPort, workerData: memory } = require('node:worker_threads')
  globalThis.memory = memory
  const wait = new (require('node:vm').Script)(\`
    Atomics.store(memory, ${armed}, 1)
    Atomics.notify(memory, ${armed})
    Atomics.wait(memory, ${forever}, 0)\`)
  parentPort.postMessage('ready')
  Atomics.wait(memory, ${go}, 0)
  try {
    wait.runInThisContext({ breakOnSigint: true })
  } catch (error) {
    if (error.code !== 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw error
    parentPort.postMessage('interrupted')
  }`

/**
 * Sees to it that no SIGINT is lost while a program calls `interruptible` again and again.
 *
 * Node listens to SIGINT in one of two ways: its loop hands it to a listener, or a thread stops the code that runs. It
 * drops a signal that comes while one takes over from the other, and who interrupts a script because of something that
 * a callback of it just did hits that moment often. With a thread of ours that always waits to be stopped, Node never
 * changes over. (SigintWatchdogHelper counts who is waiting.)
 *
 * It takes tens of milliseconds to start; until it is `active` the program listens by itself.
 */
export class InterruptThread {
  readonly #memory = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT))
  readonly #worker: Worker
  #active = false

  /**
   * `ready` is called from Node's loop: stop listening to SIGINT, call `activate`, and listen again if it is not `active`
   * then. `interrupted` is called, once, for a SIGINT that came while no `interruptible` ran.
   */
  constructor({ ready, interrupted }: { ready(): void; interrupted(): void }) {
    // Loaded here: only scripts that stay need it.
    const { Worker } = process.getBuiltinModule('node:worker_threads')
    this.#worker = new Worker(code, { eval: true, execArgv: [], workerData: this.#memory })
    this.#worker.on('message', (message: 'ready' | 'interrupted') =>
      message === 'ready' ? ready() : interrupted(),
    )
    // Without the thread the program goes on listening by itself.
    this.#worker.on('error', () => {
      this.#active = false
    })
    this.#worker.unref()
  }

  /** The thread hears every SIGINT; nobody else may listen to it. */
  get active(): boolean {
    return this.#active
  }

  /** From now on the thread hears of SIGINT. To be called in `ready`, when nobody listens. */
  activate(): void {
    Atomics.store(this.#memory, go, 1)
    Atomics.notify(this.#memory, go)
    // Who began to wait last is who is stopped, so no `interruptible` may begin before.
    this.#active = Atomics.wait(this.#memory, armed, 0, activationMs) !== 'timed-out'
  }

  /** From now on SIGINT ends the process, unless somebody listens. */
  async stop(): Promise<void> {
    this.#active = false
    await this.#worker.terminate()
  }
}
