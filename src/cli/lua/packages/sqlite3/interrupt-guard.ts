import { isatty } from 'node:tty'

/** Place in the shared memory: the number of the statement that runs, 0 when none does. */
const running = 0
/** How long a statement runs before the thread takes a Ctrl-C in its place, and how often it looks. */
const longMs = 200

/**
 * While SQLite computes, the main thread hears of nothing: a SIGINT would end the script when the statement ends. Of
 * several threads that wait to be stopped by one, Node tells the one that began last; so this one begins to wait when a
 * statement has run for a while. It ends the process by SIGTERM, since Node holds SIGINT itself then, and hands the
 * SIGINT on when the statement has ended meanwhile.
 */
const code = `
  const { Script } = process.getBuiltinModule('node:vm')
  globalThis.memory = process.getBuiltinModule('node:worker_threads').workerData
  const untilItEnds = new Script(\`
    while (Atomics.load(memory, ${running}) === statement) Atomics.wait(memory, 1, 0, ${longMs})\`)
  for (;;) {
    globalThis.statement = Atomics.load(memory, ${running})
    Atomics.wait(memory, 1, 0, ${longMs})
    if (statement === 0 || Atomics.load(memory, ${running}) !== statement) continue
    try {
      untilItEnds.runInThisContext({ breakOnSigint: true })
    } catch (error) {
      if (error.code !== 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw error
      process.kill(process.pid, Atomics.load(memory, ${running}) === statement ? 'SIGTERM' : 'SIGINT')
    }
  }`

/** Lets a Ctrl-C end a script inside one long statement. Only where there is a terminal to type it at. */
export class InterruptGuard {
  readonly #memory = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))
  #statements = 0

  /** Undefined without a terminal, and where the VM has a thread of its own: then the main thread hears all. */
  static start(): InterruptGuard | undefined {
    const { isMainThread } = process.getBuiltinModule('node:worker_threads')
    return isMainThread && [0, 1, 2].some((fd) => isatty(fd)) ? new InterruptGuard() : undefined
  }

  private constructor() {
    const { Worker } = process.getBuiltinModule('node:worker_threads')
    const thread = new Worker(code, { eval: true, execArgv: [], workerData: this.#memory })
    // Node starts no thread in a folder that was removed: then a Ctrl-C waits for the statement.
    thread.on('error', () => {})
    thread.unref()
  }

  /** Runs what may take long. */
  around<T>(run: () => T): T {
    this.#statements = (this.#statements + 1) | 0 || 1
    Atomics.store(this.#memory, running, this.#statements)
    try {
      return run()
    } finally {
      Atomics.store(this.#memory, running, 0)
    }
  }
}
