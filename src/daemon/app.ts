import type { LoadedConfig, Preset } from '../program/config/types.ts'
import { version } from '../program/version.ts'
import type { Handlers, Result } from '../rpc/contract/index.ts'
import type { Settings } from '../rpc/contract/types.ts'
import { ErrorCode, RpcError } from '../rpc/errors.ts'
import type { EngineState } from './engine/protocol.ts'
import { createEngine } from './engine/supervisor.ts'
import { EventBus } from './events/bus.ts'
import { StatsTicker } from './events/stats-ticker.ts'
import type { Log } from './log.ts'
import { eventHandlers } from './methods/events.ts'
import { finder } from './methods/find.ts'
import { porlaHandlers } from './methods/porla.ts'
import { type Presets, presetHandlers } from './methods/presets.ts'
import { sessionHandlers } from './methods/sessions.ts'
import { settingsHandlers } from './methods/settings.ts'
import { stateHandlers } from './methods/state.ts'
import { torrentHandlers } from './methods/torrents.ts'
import { type Clock, realClock } from './session/clock.ts'
import { openSession } from './session/open.ts'
import type { EngineFactory } from './session/session.ts'
import { defaultSession, Sessions } from './session/sessions.ts'
import { sessionStats } from './session/stats.ts'
import { DailyCopies } from './state/daily.ts'
import { StateError } from './state/error.ts'
import type { RemovalRow, SavedTorrent } from './state/rows.ts'
import { describeRow } from './state/set-aside.ts'
import { Store } from './state/store.ts'

/** Methods that are answered by methods/daemon.ts: they are about the process, not about torrents. */
type DaemonMethods = 'hello' | 'daemon.status' | 'daemon.stop'
export type AppHandlers = Omit<Handlers, DaemonMethods>

export interface AppOptions {
  /** Absolute folder; created for the owner alone. */
  stateDir: string
  /** Starts with what is left of a state. */
  acceptLoss?: boolean
  config: { sessions: Readonly<Record<string, { settings?: Settings }>>; presets?: Presets }
  log: Log
  /** Both for tests. */
  createEngine?: EngineFactory
  clock?: Clock
}

/** What `daemon.status` says of a session. */
export interface SessionOverview {
  name: string
  torrents: number
  engine: EngineState
}

/** State and sessions behind their methods. */
export interface App {
  readonly handlers: AppHandlers
  sessions(): SessionOverview[]
  /** What the state file says of itself. */
  state(): Result<'daemon.status'>['state']
  /** Number of the last event so far. */
  eventsSeq(): number
  /** Takes over what the configuration says now of the sessions that there are, and its presets. */
  reconfigure(config: Pick<LoadedConfig, 'sessions' | 'presets'>): void
  /** Lets go of everybody who waits for an event. */
  endWaits(): void
  /** Stops the engines, tidily within the deadline, saves everything and closes the state. Twice is harmless. */
  close(deadlineMs: number): Promise<void>
  /** For a process that ends now: saves what is known, and ends the engines by force. Never throws. */
  abandon(): void
}

/**
 * Opens the state and starts what ran when it was closed. Without a configured session there is one, `default`.
 * Rejects with StateError when the state cannot be used.
 */
export async function openApp(options: AppOptions): Promise<App> {
  const { log, clock = realClock, createEngine: factory = createEngine } = options
  const bus = new EventBus()
  const store = new Store(options.stateDir, (error) => log.error(`syncing the state: ${error.message}`), {
    acceptLoss: options.acceptLoss,
    warn: (text) => log.warning(text),
  })
  try {
    const torrents = Map.groupBy(store.takeTorrents(), ({ row }) => row.session)
    const removals = Map.groupBy(store.removals(), ({ session }) => session)
    const configured = Object.keys(options.config.sessions)
    const names = configured.length > 0 ? configured : [defaultSession]
    holdSessions(store, names, log)
    const sessions = new Sessions(
      names.map((name) =>
        openSession({
          name,
          version,
          config: options.config.sessions[name]?.settings ?? {},
          store,
          torrents: torrents.get(name) ?? [],
          removals: removals.get(name) ?? [],
          createEngine: factory,
          clock,
          log,
          events: (event) => bus.emit(event),
          settingsChanged: () => sizeEvents(bus, sessions),
        }),
      ),
    )
    sizeEvents(bus, sessions)
    warnOfStrangers(sessions, torrents, removals, log)
    const copies = new DailyCopies(store.path, () => store.changes, log)
    return appOf({ sessions, store, bus, presets: new Map(options.config.presets), copies })
  } catch (error) {
    store.close()
    throw error
  }
}

interface AppParts {
  sessions: Sessions
  store: Store
  bus: EventBus
  presets: Map<string, Preset>
  copies: DailyCopies
}

function appOf({ sessions, store, bus, presets, copies }: AppParts): App {
  let closed: Promise<void> | null = null
  let over = false
  const ticker = new StatsTicker(bus, () =>
    [...sessions].map((session) => ({ name: session.name, stats: { ...sessionStats(session) } })),
  )
  const endWaits = () => {
    copies.close()
    ticker.close()
    bus.close()
  }
  return {
    handlers: withStateErrors({
      ...sessionHandlers(sessions),
      ...settingsHandlers(version),
      ...torrentHandlers(sessions, presets),
      ...porlaHandlers(sessions, finder(sessions), version),
      ...presetHandlers(presets),
      ...eventHandlers(sessions, bus, ticker),
      ...stateHandlers(store, sessions),
    }),
    sessions: () =>
      [...sessions].map(({ name, records, engine }) => ({
        name,
        torrents: records.size,
        engine: engine.state,
      })),
    state: () => stateOverview(store),
    eventsSeq: () => bus.last,
    endWaits,
    reconfigure: ({ sessions: configured, presets: wanted }) => {
      for (const session of sessions) {
        const config = configured.get(session.name)
        if (config) session.reconfigure(config.settings)
      }
      presets.clear()
      for (const [name, preset] of wanted) presets.set(name, preset)
    },
    close: (deadlineMs) => {
      endWaits()
      closed ??= closeAll(sessions, store, deadlineMs).finally(() => {
        over = true
      })
      return closed
    },
    abandon: () => {
      if (over) return
      for (const session of sessions) session.abandon()
    },
  }
}

/** A session whose proxy, addresses or encryption cannot be read must not talk to anybody. */
function holdSessions(store: Store, names: readonly string[], log: Log): void {
  for (const name of names) {
    if (store.hold !== 'all' && !store.hold.has(name)) continue
    store.setPaused(name, true)
    log.warning(
      `the session '${name}' is paused: what was set aside may have guarded it. Look with \`porla-lua daemon check\`, ` +
        'then let it go on with session:resume()',
    )
  }
}

/** How many rows that are set aside are listed. */
const listedRows = 100

function stateOverview(store: Store): Result<'daemon.status'>['state'] {
  // What belongs to a torrent that is set aside is not told apart.
  const rows = store.setAside().filter(({ id, bundle }) => id === bundle)
  return {
    file: store.path,
    changes: store.changes,
    set_aside: rows.slice(0, listedRows).map(({ table, row, reason, time }) => ({
      table,
      what: describeRow(table, row),
      reason,
      time,
    })),
    set_aside_count: rows.length,
  }
}

/** Every session has its part of the one buffer. */
function sizeEvents(bus: EventBus, sessions: Sessions): void {
  let size = 0
  for (const { settings } of sessions) size += settings.int('alert_queue_size')
  bus.resize(size)
}

async function closeAll(sessions: Sessions, store: Store, deadlineMs: number): Promise<void> {
  const results = await Promise.allSettled([...sessions].map((session) => session.close(deadlineMs)))
  store.close()
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

/** Torrents of a session that is no longer configured stay in the state and come back with it. */
function warnOfStrangers(
  sessions: Sessions,
  torrents: Map<string, SavedTorrent[]>,
  removals: Map<string, RemovalRow[]>,
  log: Log,
): void {
  const known = new Set([...sessions].map(({ name }) => name))
  for (const name of new Set([...torrents.keys(), ...removals.keys()])) {
    if (known.has(name)) continue
    const count = torrents.get(name)?.length ?? 0
    log.warning(
      `the state holds ${count} torrents of a session '${name}', which the configuration does not name; they are kept`,
    )
  }
}

/** A state that cannot be written is not a defect of the daemon: the caller is told what to do. */
function withStateErrors(handlers: AppHandlers): AppHandlers {
  const entries = Object.entries(handlers as Record<string, (params: unknown, peer: unknown) => unknown>)
  const wrapped = entries.map(([name, handle]) => [
    name,
    async (params: unknown, peer: unknown) => {
      try {
        return await handle(params, peer)
      } catch (error) {
        if (!(error instanceof StateError)) throw error
        throw new RpcError(ErrorCode.FileSystem, error.message, { path: error.path }, { cause: error })
      }
    },
  ])
  return Object.fromEntries(wrapped) as AppHandlers
}
