import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { loadConfig } from '../program/config/load.ts'
import type { LoadedConfig } from '../program/config/types.ts'
import { resolveSocket, resolveStateDir } from '../program/endpoint.ts'
import { ExitCode } from '../program/exit-codes.ts'
import { Failure } from '../program/failure.ts'
import { type FileIdentity, identityOf, isStill } from '../program/file-identity.ts'
import { requireOwnPlace } from '../program/owner.ts'
import { version } from '../program/version.ts'
import { contract } from '../rpc/contract/index.ts'
import { RpcServer } from '../rpc/server.ts'
import { type App, openApp } from './app.ts'
import { asFailure } from './failure.ts'
import { InstanceLock, type InstancePlaces } from './instance-lock.ts'
import { LeaveError, type LeaveRequests, leaveRequests } from './leave.ts'
import { createLog, type Log, type LogLevel } from './log.ts'
import { daemonHandlers } from './methods/daemon.ts'
import { type ReadyChannel, takeReadyChannel } from './ready.ts'
import { compareConfigs, hasTerminal } from './reload.ts'
import { checkSetting } from './session/settings/pack.ts'
import { SocketKeeper } from './socket-keeper.ts'

export { checkState, repairState, restoreState } from './offline.ts'

/** The daemon's command line; what is left out comes from the environment, the configuration and the defaults. */
export interface DaemonOptions {
  socket?: string
  stateDir?: string
  config?: string
  logLevel?: LogLevel
  /** Starts with what is left of a state that does not hold what was written to it. */
  acceptLoss?: boolean
  /** It ends when its terminal does; for a daemon that somebody watches there. */
  endsWithTerminal?: boolean
  /** Called when the daemon answers at its socket. */
  ready?: () => void
}

/** It ends within this time, whoever does not answer. The next three are parts of it. */
const leaveMs = 5_000
/** How long requests under way may take when the daemon ends. */
const drainMs = 1_000
/** How long trackers may take to hear that it leaves. */
const closeMs = 2_500
/** How often it looks whether the state file is still there: one stat(2) each. */
const stateLookMs = 2000
/** How long a client may take to read its last answers. */
const lastAnswersMs = 500
/** How long saving may take after a defect. */
const crashMs = 3_000
/** How long a new daemon waits for one that is stopping: longer than that takes. */
const handOverMs = 3 * leaveMs

/**
 * Runs the daemon in this process until a signal or `daemon.stop` ends it, and resolves with the exit code: 0, or 70
 * when something could not be saved. Rejects with Failure when it cannot start.
 */
export async function runDaemon(options: DaemonOptions = {}): Promise<ExitCode> {
  const channel = takeReadyChannel(process.env)
  const log = createLog(options.logLevel)
  const leave = leaveRequests()
  const daemon = new Daemon(log, leave)
  const watched = options.endsWithTerminal === true && hasTerminal()
  process.on('SIGHUP', () => {
    if (watched && !hasTerminal()) leave.request('its terminal has gone (SIGHUP)')
    else void daemon.reload(options)
  })
  // Elsewhere they mean "open your log again" and the like; here they would end it without a word.
  for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) {
    process.on(signal, () => log.info(`${signal} has no meaning here; SIGHUP reads the configuration again`))
  }
  process.on('uncaughtException', (error) => void daemon.crash(error, channel))
  try {
    await daemon.start(options)
  } catch (error) {
    if (error instanceof LeaveError) {
      log.info(`leaving before the start: ${error.message}`)
      channel.failed(
        new Failure(ExitCode.busy, `the daemon was told to end before it had started: ${error.message}`),
      )
      return ExitCode.ok
    }
    const failure = asFailure(error)
    channel.failed(failure)
    throw failure
  }
  channel.ready()
  options.ready?.()
  const reason = await leave.first
  log.info(`leaving: ${reason}`)
  return await daemon.stop()
}

/** The parts that are open, in the order in which they were opened. */
class Daemon {
  readonly #log: Log
  readonly #leave: LeaveRequests
  #lock: InstanceLock | undefined
  #app: App | undefined
  #server: RpcServer<typeof contract> | undefined
  #keeper: SocketKeeper | undefined
  #stateFile: { path: string; identity: FileIdentity } | null = null
  #config: LoadedConfig | undefined
  #crashing = false

  constructor(log: Log, leave: LeaveRequests) {
    this.#log = log
    this.#leave = leave
  }

  /** Configuration, locks, state and sessions, socket. Whatever fails, what was opened before is closed. */
  async start(options: DaemonOptions): Promise<void> {
    const startedAt = performance.now()
    const { env } = process
    const config = await loadConfig({ flag: options.config, env, checkSetting })
    this.#config = config
    const places = {
      socket: resolveSocket({ flag: options.socket, env, config }).path,
      stateDir: resolveStateDir({ flag: options.stateDir, env, config }).path,
    }
    if (options.socket === undefined) requireOwnPlace(places.socket, env)
    if (options.stateDir === undefined) requireOwnPlace(places.stateDir, env)
    this.#lock = await InstanceLock.acquire(places, handOverMs, this.#leave.signal)
    try {
      this.#app = await openApp({
        stateDir: places.stateDir,
        acceptLoss: options.acceptLoss === true,
        config: { sessions: Object.fromEntries(config.sessions), presets: config.presets },
        log: this.#log,
      })
      this.#stateFile = stateFileIn(places.stateDir)
      this.#server = this.#serve(this.#app, places, config, startedAt)
      await this.#server.listen(places.socket)
      this.#keeper = this.#keep(this.#server, this.#lock, places.socket)
      this.#watchState()
    } catch (error) {
      await this.#app?.close(0).catch((another) => this.#log.error(`closing failed: ${stackOf(another)}`))
      this.#lock.release()
      throw error
    }
    this.#log.info(
      `porla-lua ${version}, pid ${process.pid}, socket ${places.socket}, state ${places.stateDir}, ` +
        `configuration ${config.file ?? 'none'}`,
    )
    if (config.warning !== undefined) this.#log.warning(config.warning)
  }

  /** SIGHUP: reads the configuration again. One that cannot be used changes nothing. */
  async reload(options: DaemonOptions): Promise<void> {
    // Before it has started it reads it anyway.
    if (!this.#app || !this.#config) return
    try {
      const config = await loadConfig({ flag: options.config, env: process.env, checkSetting })
      const { changed, needsRestart } = compareConfigs(this.#config, config)
      if (config.file !== null) this.#app.reconfigure(config)
      // What needs a restart is said each time until then.
      const { file, socket, stateDir } = this.#config
      const sessions = new Map(
        [...this.#config.sessions].map(([name, old]) => [name, config.sessions.get(name) ?? old]),
      )
      this.#config = {
        file,
        ...(socket !== undefined && { socket }),
        ...(stateDir !== undefined && { stateDir }),
        sessions,
        presets: config.presets,
      }
      this.#log.info(`read the configuration again (SIGHUP): ${changed.join(', ') || 'nothing'} changed`)
      if (config.warning !== undefined) this.#log.warning(config.warning)
      if (needsRestart.length > 0) {
        this.#log.warning(`a restart is needed for: ${needsRestart.join(', ')}; porla-lua daemon restart`)
      }
    } catch (error) {
      const text = error instanceof Failure ? error.message : stackOf(error)
      this.#log.error(`the configuration was not taken over (SIGHUP): ${text}`)
    }
  }

  /**
   * Ends in order: no new client, requests under way, save, let the next daemon start, last answers. A client that
   * sees its connection end knows that the locks are free.
   */
  async stop(): Promise<ExitCode> {
    setTimeout(() => this.#overdue(), leaveMs).unref()
    this.#try('telling the next daemon', () => this.#lock?.stopping())
    this.#try('closing the socket', () => this.#server?.refuse())
    this.#app?.endWaits()
    try {
      if (await Promise.race([this.#leave.hurry, this.#save()])) {
        // The locks go with the process: until then something may still be written.
        this.#log.warning('a second signal: leaving at once')
        this.#app?.abandon()
        return ExitCode.ok
      }
    } catch (error) {
      this.#log.error(`saving failed: ${stackOf(error)}`)
      return ExitCode.internal
    }
    this.#try('releasing the locks', () => this.#lock?.release())
    await this.#server?.close(lastAnswersMs)
    const lost = this.#lostState()
    if (lost !== null) this.#log.error(lost)
    this.#log.info('left')
    return lost === null ? ExitCode.ok : ExitCode.internal
  }

  /** Says soon, and once, when the state file is gone, and not only when the daemon ends. */
  #watchState(): void {
    const timer = setInterval(() => {
      const lost = this.#lostState()
      if (lost === null) return
      clearInterval(timer)
      this.#log.error(`${lost} when the daemon ends`)
    }, stateLookMs).unref()
  }

  /** A sentence when what was saved went into a file that has no name any more; null when all is well. */
  #lostState(): string | null {
    const file = this.#stateFile
    if (file === null || isStill(file.path, file.identity)) return null
    return `the state file ${file.path} was removed or replaced while the daemon ran: what was in it is lost`
  }

  /** Whatever it waits for, it has been waiting for too long. */
  #overdue(): void {
    this.#log.error('something did not end in time: leaving without it')
    this.#app?.abandon()
    process.exit(ExitCode.internal)
  }

  /** A step of the way out that may fail, as with folders that are gone, and must not keep the next ones from being taken. */
  #try(what: string, step: () => void): void {
    try {
      step()
    } catch (error) {
      this.#log.warning(`${what} failed: ${(error as Error).message}`)
    }
  }

  /** After a defect nothing can be relied on: it is logged, what can be saved is saved, and the process ends. */
  async crash(error: unknown, channel: ReadyChannel): Promise<void> {
    this.#log.error(`a defect ends the daemon: ${stackOf(error)}`)
    if (this.#crashing) process.exit(ExitCode.internal)
    this.#crashing = true
    const text = error instanceof Error ? error.message : String(error)
    channel.failed(new Failure(ExitCode.internal, `a defect ended the daemon: ${text}`, { cause: error }))
    try {
      this.#server?.refuse()
      await Promise.race([this.#app?.close(crashMs), delay(crashMs)])
    } catch (another) {
      this.#log.error(`saving failed: ${stackOf(another)}`)
    }
    this.#app?.abandon()
    process.exit(ExitCode.internal)
  }

  async #save(): Promise<void> {
    await this.#keeper?.stop()
    if (!(await this.#server?.drain(drainMs))) this.#log.warning('some requests did not end in time')
    await this.#app?.close(closeMs)
  }

  #keep(server: RpcServer<typeof contract>, lock: InstanceLock, path: string): SocketKeeper {
    const socket = {
      path,
      reachable: () => server.reachable && lock.holdsSocket,
      make: async () => {
        lock.renewSocketLock()
        if (!server.reachable) await server.listen(path)
      },
    }
    return new SocketKeeper(socket, this.#log)
  }

  #serve(
    app: App,
    places: InstancePlaces,
    config: LoadedConfig,
    startedAt: number,
  ): RpcServer<typeof contract> {
    const self = daemonHandlers({
      ...places,
      startedAt,
      generation: randomUUID(),
      configFile: config.file,
      sessions: () => app.sessions(),
      eventsSeq: () => app.eventsSeq(),
      state: () => app.state(),
      // After the answer, so that it is not refused together with later requests.
      stop: () => void setImmediate(() => this.#leave.request('daemon.stop')),
      log: this.#log,
    })
    return new RpcServer({ contract, handlers: { ...self, ...app.handlers }, log: this.#log })
  }
}

/** The file as it is now; null when there is none to be seen. */
function stateFileIn(folder: string): { path: string; identity: FileIdentity } | null {
  const path = join(folder, 'state.db')
  const identity = identityOf(path)
  return identity && { path, identity }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
