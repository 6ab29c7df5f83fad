import { silenceOf } from '../../program/running.ts'

/** Place in the shared memory: the number of the call under way, 0 between calls. */
const underWay = 0

/** How often the thread looks. A call is spoken of when it was under way twice and the daemon is stopped. */
const everyMs = 2500

/**
 * While the main thread waits for the daemon, it cannot say that the daemon was stopped meanwhile (SIGSTOP): it would
 * wait for ever without a word. This thread says so once, on stderr, and the script goes on when the daemon does.
 *
 * It takes some ten milliseconds of another core, so it is for scripts that have run for a while.
 */
const code = `
  const { readFileSync, writeSync } = process.getBuiltinModule('node:fs')
  const { memory, pid, text } = process.getBuiltinModule('node:worker_threads').workerData
  const isStopped = () => {
    try {
      return readFileSync('/proc/' + pid + '/stat', 'latin1').split(') ').at(-1)[0] === 'T'
    } catch {
      return false
    }
  }
  let before = 0
  for (;;) {
    Atomics.wait(memory, 1, 0, ${everyMs})
    const now = Atomics.load(memory, ${underWay})
    if (now !== 0 && now === before && isStopped()) {
      writeSync(2, text)
      break
    }
    before = now
  }`

/** The thread of one daemon, by its process. */
export class SilenceThread {
  readonly pid: number
  readonly #memory = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))
  #calls = 0

  constructor(pid: number) {
    this.pid = pid
    // Loaded here: only scripts that stay need it.
    const { Worker } = process.getBuiltinModule('node:worker_threads')
    const workerData = { memory: this.#memory, pid, text: `porla-lua: ${silenceOfStopped(pid)}\n` }
    const thread = new Worker(code, { eval: true, execArgv: [], workerData })
    // Without it the script waits in silence, as it does in a folder that was removed.
    thread.on('error', () => {})
    thread.unref()
  }

  begin(): void {
    this.#calls = (this.#calls + 1) | 0 || 1
    Atomics.store(this.#memory, underWay, this.#calls)
  }

  end(): void {
    Atomics.store(this.#memory, underWay, 0)
  }
}

/** Written beforehand: what it looks like when it will be needed. */
function silenceOfStopped(pid: number): string {
  return `${silenceOf(pid, 'T')}; waiting`
}
