import { RpcClient } from '../../src/rpc/client.ts'
import type { TestDaemon } from '../helpers/daemon.ts'
import { residentMiB } from './daemon.ts'

/** How often it is looked, ms. */
const everyMs = 50

/** Watches a daemon and its host from outside: deaths, memory, what the log says of exceptions. */
export class Watch {
  hostDeaths = 0
  /** At most one: without its daemon there is nothing to watch. */
  daemonDeaths = 0
  /** Resident memory at the last look, MiB. */
  hostMiB = 0
  daemonMiB = 0
  readonly #daemon: TestDaemon
  #client: RpcClient | null = null
  #on = true
  readonly #done: Promise<void>

  constructor(daemon: TestDaemon) {
    this.#daemon = daemon
    this.#done = this.#run()
  }

  get deaths(): number {
    return this.hostDeaths + this.daemonDeaths
  }

  /** Exceptions with a stack that the host or the daemon wrote down. */
  get exceptions(): string[] {
    const lines = this.#daemon.log.match(
      /[^\n]*Error\b[^\n]*(?=\n[^\n]* {4}at )|[^\n]*Error\b[^\n]*\\n +at [^\n]*/g,
    )
    return (lines ?? []).map((line) => line.slice(0, 300))
  }

  /** What went wrong last as the log has it, one line; '' when it says nothing. */
  get words(): string {
    const lines = this.#daemon.log.slice(-20_000).split('\n')
    const error = lines.findLast((line) => /\b[A-Z]\w*Error\b|FATAL ERROR|Unhandled/.test(line))
    const end = lines.findLast((line) => line.includes(' ended ('))
    return (error ?? end ?? '')
      .replace(/^\S+Z (warning|error) engine "[^"]*": /, '')
      .trim()
      .slice(0, 160)
  }

  /** A look now, then none. */
  async end(): Promise<void> {
    this.#on = false
    await this.#done
    this.#client?.close()
  }

  async #run(): Promise<void> {
    while (this.#on && this.daemonDeaths === 0) {
      await this.#look()
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
    if (this.daemonDeaths === 0) await this.#look()
  }

  async #look(): Promise<void> {
    try {
      this.#client ??= await RpcClient.connect(this.#daemon.socket, { timeoutMs: 2000 })
      const { pid, sessions } = await this.#client.call('daemon.status', {})
      this.daemonMiB = residentMiB(pid)
      const engine = sessions[0]?.engine
      if (engine === undefined) return
      if (engine.pid !== null) this.hostMiB = residentMiB(engine.pid)
      // one that waits to be started again has died once more than it was started again
      const deaths = engine.restarts + (engine.state === 'waiting' ? 1 : 0)
      this.hostDeaths = Math.max(this.hostDeaths, deaths)
    } catch {
      this.#client?.close()
      this.#client = null
      // a connection may break without a death; a process that is gone is one
      if (this.#gone()) this.daemonDeaths = 1
    }
  }

  #gone(): boolean {
    try {
      process.kill(this.#daemon.pid, 0)
      return false
    } catch {
      return true
    }
  }
}
