import { ExitCode } from '../../../program/exit-codes.ts'
import { InterruptThread } from '../../interrupt/interrupt-thread.ts'
import { Interrupted, interruptible } from '../../interrupt/interruptible.ts'
import { hangupIgnored } from '../../signals.ts'
import type { State } from '../vm/c-api.ts'
import { Unwind } from '../vm/errors.ts'

/** Something for which the program stays: a timer, a handler, a request, a child. */
export interface Alive {
  /** Lets go of everything, without a word to the script. Called when the program leaves. */
  stop(): void
}

/** What the loop asks of the program around it. */
export interface LoopHost {
  /**
   * Calls a Lua function: `push` leaves it and its arguments on the stack and returns how many arguments. An error is
   * reported and then forgotten, but for the exit code. Throws Unwind for `os.exit`.
   */
  call(push: (S: State) => number): void
  /** Writes out what the script has printed. Throws Unwind when its reader has gone. */
  flush(): void
  /** Reports a failure that is not the script's. */
  fail(message: string, exitCode?: number): void
  /** Leaves the program at once, after `leave` of the runtime. */
  exit(code: number): void
  /** Runs every few milliseconds; throws Unwind to end the program (a time limit). */
  check?: (() => void) | undefined
}

/** Callbacks that run before Node's loop has its turn again, and with it signals. */
const callbacksAtOnce = 100
const checkEveryMs = 20

/**
 * The second phase of a script: Node's loop turns as long as something is alive, and what happens runs as callbacks in
 * the VM, one after the other. The calls that a callback makes block as those of the main chunk do.
 */
export class EventLoop {
  readonly #host: LoopHost
  readonly #alive = new Set<Alive>()
  #tasks: (() => void)[] = []
  #round: NodeJS.Immediate | undefined
  #running: PromiseWithResolvers<void> | undefined
  #interruptThread: InterruptThread | undefined
  #closed = false
  #keeping = false
  #signalled = false
  readonly #interrupted = () => this.#endBySignal(new Interrupted())
  readonly #terminated = () => this.#endBySignal(new Unwind(ExitCode.terminated))
  readonly #hungUp = () => this.#endBySignal(new Unwind(ExitCode.hungUp))

  constructor(host: LoopHost) {
    this.#host = host
  }

  /** Nothing keeps the program. */
  get idle(): boolean {
    return this.#alive.size === 0
  }

  /** A signal ended the second phase while no Lua code ran: the state is whole, unlike after other ends. */
  get signalled(): boolean {
    return this.#signalled
  }

  /** Callbacks that wait for their turn: who brings more than a few hundred should wait. */
  get backlog(): number {
    return this.#tasks.length
  }

  add(one: Alive): void {
    this.#alive.add(one)
  }

  remove(one: Alive): void {
    if (this.#alive.delete(one)) this.#schedule()
  }

  /** The script can no longer reach the object that stands for it: it stops. */
  collected(one: Alive): void {
    if (!this.#keeping) one.stop()
  }

  /**
   * A main chunk has ended, and with it its local variables. What only they held must not stop because of that: a full
   * garbage collection now finds it, and lets it be for good.
   */
  chunkEnded(collectGarbage: () => void): void {
    if (this.idle) return
    this.#keeping = true
    try {
      collectGarbage()
    } finally {
      this.#keeping = false
    }
  }

  /** Runs `task` as soon as no Lua code runs. Whoever posts stays alive until then. */
  post(task: () => void): void {
    if (this.#closed) return
    this.#tasks.push(task)
    this.#schedule()
  }

  /** Calls back into the script; only from a task. */
  call(push: (S: State) => number): void {
    this.#host.call(push)
  }

  fail(message: string, exitCode?: number): void {
    this.#host.fail(message, exitCode)
  }

  /**
   * Resolves when nothing is alive any more. Rejects with Interrupted for SIGINT, and with Unwind: `os.exit`, SIGTERM,
   * SIGHUP, a closed pipe, a time limit.
   */
  async run(): Promise<void> {
    if (this.idle && this.#tasks.length === 0) return
    this.#running = Promise.withResolvers<void>()
    this.#listen(true)
    const interruptThread = new InterruptThread({
      ready: () => {
        if (this.#closed) return
        this.#listen(false)
        interruptThread.activate()
        this.#listen(true)
      },
      interrupted: this.#interrupted,
    })
    this.#interruptThread = interruptThread
    const check =
      this.#host.check && setInterval(() => this.#guarded(() => this.#host.check?.()), checkEveryMs)
    try {
      this.#host.flush()
      await this.#running.promise
    } finally {
      clearInterval(check)
      this.#listen(false)
      this.#running = undefined
      this.#interruptThread = undefined
      await interruptThread.stop()
    }
  }

  /** Stops everything that is alive, so that nothing keeps the process. */
  close(): void {
    this.#closed = true
    clearImmediate(this.#round)
    this.#tasks = []
    for (const one of [...this.#alive]) one.stop()
    this.#alive.clear()
  }

  #schedule(): void {
    if (!this.#closed) this.#round ??= setImmediate(() => this.#turn())
  }

  #turn(): void {
    this.#round = undefined
    const tasks = this.#tasks.splice(0, callbacksAtOnce)
    const work = () => {
      for (const task of tasks) task()
      this.#host.flush()
    }
    const running = this.#running !== undefined
    // While Lua code runs no handler of ours would: then a SIGTERM does what it does in the main chunk. This follows the
    // phase of Node's loop that hands out signals at once, so that none gets lost in between; those that come when Lua
    // code ends would be without the thread.
    if (running) this.#listen(false)
    this.#guarded(() => (running ? interruptible(work) : work()))
    if (this.#closed) return
    if (this.#running) this.#listen(true)
    if (this.#tasks.length > 0) this.#schedule()
    else if (this.idle) this.#running?.resolve()
  }

  /** What leaves the VM for good ends the loop. */
  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (this.#running) this.#end(error)
      else if (error instanceof Unwind) this.#host.exit(error.exitCode)
      else throw error
    }
  }

  #endBySignal(error: unknown): void {
    // One that the thread sends may arrive after another end.
    if (this.#closed) return
    this.#signalled = true
    this.#end(error)
  }

  /** Ends the second phase; no Lua code runs any more. */
  #end(error: unknown): void {
    this.#closed = true
    this.#tasks = []
    this.#running?.reject(error)
  }

  #listen(on: boolean): void {
    if (on) process.on('SIGTERM', this.#terminated)
    else process.off('SIGTERM', this.#terminated)
    if (!hangupIgnored()) {
      if (on) process.on('SIGHUP', this.#hungUp)
      else process.off('SIGHUP', this.#hungUp)
    }
    if (on && !this.#interruptThread?.active) process.on('SIGINT', this.#interrupted)
    else process.off('SIGINT', this.#interrupted)
  }
}
