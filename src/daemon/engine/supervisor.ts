import type { Settings } from '../../rpc/contract/types.ts'
import type { LogLevel } from '../log.ts'
import { within } from './concurrency.ts'
import { CrashBans } from './crash-bans.ts'
import { Heartbeat } from './heartbeat.ts'
import { hostEntryFor } from './host-launch.ts'
import { type HostEnd, HostProcess, unavailable } from './host-process.ts'
import { longestSilenceMs } from './host-times.ts'
import type {
  Engine,
  EngineListener,
  EngineState,
  HostEvent,
  HostMethods,
  LastReport,
  TorrentTask,
} from './protocol.ts'
import { Restarts } from './restarts.ts'
import { starvedMs } from './starved.ts'
import { TorrentBlame } from './torrent-blame.ts'

export interface EngineOptions {
  /** Name of the session, for messages. */
  session: string
  settings: Settings
  listener: EngineListener
  log: (level: LogLevel, message: string) => void
  /** Path of the host's program; found beside this file when left out. */
  hostEntry?: string
  /** How long a host may be silent, ms; for tests. */
  silenceMs?: number
}

/** How much longer than asked a host may take to end before it is ended by force, and then to be gone, ms. */
const graceMs = 250
/** A host that reads a torrent of hundreds of thousands of files says nothing meanwhile: 5 s more for each megabyte. */
const msPerByte = 5000 / 1e6

/** Makes the engine of one session. Nothing runs until there is something to do. */
export function createEngine(options: EngineOptions): Engine {
  return new Supervisor(options)
}

/** Starts the host, starts it again when it dies, and passes on what is asked of it. */
class Supervisor implements Engine {
  readonly state: EngineState = {
    state: 'idle',
    pid: null,
    restarts: 0,
    crashes: 0,
    last_crash: null,
    listening: null,
    error: null,
  }
  readonly #options: EngineOptions
  readonly #entry: string
  #settings: Settings
  #host: HostProcess | null = null
  /** Resolves when the host answers; rejects when it died before. */
  #starting: Promise<HostProcess> | null = null
  #retry: NodeJS.Timeout | null = null
  #heartbeat: Heartbeat | null = null
  readonly #restarts = new Restarts()
  readonly #bans = new CrashBans()
  readonly #torrentBlame = new TorrentBlame()
  /** Bytes of the largest torrent file that was loaded. */
  #largest = 0
  /** When the host answered, ms; null before. */
  #runsSince: number | null = null
  #stopping = false

  constructor(options: EngineOptions) {
    this.#options = options
    this.#settings = options.settings
    this.#entry = options.hostEntry ?? hostEntryFor(import.meta.url)
  }

  configure(settings: Settings): void {
    this.#settings = settings
    // one that is starting gets them too, after its first
    this.#host
      ?.call('configure', { session: this.#options.session, settings })
      .catch((error: Error) => this.#log('debug', `settings not taken: ${error.message}`))
  }

  async load(task: TorrentTask): Promise<void> {
    this.#largest = Math.max(this.#largest, task.torrentFile?.length ?? 0)
    await this.call('load', { task })
  }

  async unload(id: string): Promise<LastReport | null> {
    // where no host runs nothing is loaded
    if (this.#host === null) return null
    return this.call('unload', { id })
  }

  async call<M extends keyof HostMethods>(
    method: M,
    params: Parameters<HostMethods[M]>[0],
  ): Promise<ReturnType<HostMethods[M]>> {
    if (this.#stopping) throw unavailable('it is being stopped')
    if (this.state.state === 'waiting')
      throw unavailable(`it ended and is started again (${this.state.error}); call again in a few seconds`)
    if (this.#starting === null) this.#start()
    const host = await this.#starting!
    return host.call(method, params)
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#stopping = true
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#retry = null
    const host = this.#host
    if (host !== null) {
      // a host that has not answered yet can still be told; one that never will is killed below
      host.call('shutdown', { deadlineMs }).catch(() => {})
      const timer = setTimeout(() => host.kill(), deadlineMs + graceMs)
      // one that waits for a disk that is gone does not even end by force
      await within(host.ended(), deadlineMs + 2 * graceMs)
      clearTimeout(timer)
    }
    this.state.state = 'idle'
  }

  kill(): void {
    this.#stopping = true
    this.#host?.kill()
  }

  /** Starts a host; `#starting` settles when it is known how that went. */
  #start(): void {
    this.state.state = 'starting'
    const host = new HostProcess(this.#entry, {
      event: (event) => this.#event(event),
      line: (line) => this.#log('warning', line),
      exit: (end) => this.#exited(host, end),
    })
    this.#host = host
    this.state.pid = host.pid
    this.#starting = this.#settle(host)
    // a host that nobody waits for is reported by `lost`
    this.#starting.catch(() => {})
  }

  async #settle(host: HostProcess): Promise<HostProcess> {
    const { session, listener } = this.#options
    const restarted = this.state.crashes > 0
    await host.call('configure', { session, settings: this.#settings })
    const banned = this.#bans.list(Date.now())
    if (banned.length > 0) await host.call('ban', { addresses: banned })
    this.state.state = 'running'
    this.state.error = null
    this.#runsSince = performance.now()
    this.#heartbeat = this.#watch(host)
    if (restarted && !this.#stopping) listener.ready()
    return host
  }

  /** Ends a host that hangs. */
  #watch(host: HostProcess): Heartbeat {
    const { silenceMs = longestSilenceMs } = this.#options
    return new Heartbeat(
      {
        get heard() {
          return host.heard
        },
        set heard(heard) {
          host.heard = heard
        },
        // what it says is noted by `heard`; that it does not is noted by the heartbeat
        ask: () => void host.call('ping', null).catch(() => {}),
        starvedMs: () => (host.pid === null ? 0 : starvedMs(host.pid)),
        silent: () => host.kill(`it hung: it said nothing for ${silenceMs / 1000} s, and was ended`),
      },
      () => silenceMs + this.#largest * msPerByte,
    )
  }

  #exited(host: HostProcess, end: HostEnd): void {
    const { reason } = end
    if (this.#host !== host) return
    this.#host = null
    this.#starting = null
    this.#heartbeat?.stop()
    this.#heartbeat = null
    const ranMs = this.#runsSince === null ? null : performance.now() - this.#runsSince
    this.#runsSince = null
    this.state.pid = null
    this.state.listening = null
    if (this.#stopping) {
      this.state.state = 'idle'
      return
    }
    const delayMs = this.#restarts.next(ranMs)
    const culprit = ranMs !== null && end.crashed ? this.#blame(end.heard) : null
    this.state.crashes++
    this.state.last_crash = { time: Math.floor(Date.now() / 1000), reason }
    this.state.state = 'waiting'
    this.state.error = reason
    this.#log('error', `host ended (${reason}); starting it again in ${delayMs / 1000} s`)
    this.#options.listener.lost(reason)
    if (culprit !== null) this.#options.listener.culprit(culprit, reason)
    if (this.#stopping) return
    this.#retry = setTimeout(() => {
      this.state.restarts++
      this.#start()
    }, delayMs)
    this.#retry.unref()
  }

  /** Bans addresses, and answers with the torrent that is to be stopped, if one is. */
  #blame(heard: HostEnd['heard']): string | null {
    for (const address of this.#bans.blame(heard, Date.now()))
      this.#log('warning', `${address} is banned for a day: hosts crashed right after they heard it`)
    return this.#torrentBlame.blame(heard, Date.now())
  }

  #event(event: HostEvent): void {
    const { listener } = this.#options
    switch (event.event) {
      case 'reports':
        for (const report of event.reports) listener.report(report)
        break
      case 'metadata':
        listener.metadata(event.id, event.info)
        break
      case 'incoming':
        listener.incoming(event)
        break
      case 'listening':
        this.state.listening = event.host.includes(':')
          ? `[${event.host}]:${event.port}`
          : `${event.host}:${event.port}`
        this.state.error = null
        break
      case 'trouble':
        this.state.error = event.message
        this.#log('warning', event.message)
        break
      case 'log':
        this.#log(event.level, event.message)
        break
    }
  }

  #log(level: LogLevel, message: string): void {
    this.#options.log(level, `engine "${this.#options.session}": ${message}`)
  }
}
