import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type {
  Engine,
  EngineListener,
  EngineMethod,
  EngineState,
  HostMethods,
  TaskError,
  TorrentReport,
  TorrentTask,
} from '../../src/daemon/engine/protocol.ts'
import type { Log } from '../../src/daemon/log.ts'
import { addTorrent } from '../../src/daemon/session/actions/add.ts'
import { addRequestOf } from '../../src/daemon/session/actions/add-request.ts'
import type { Clock } from '../../src/daemon/session/clock.ts'
import type { SessionEvent } from '../../src/daemon/session/events.ts'
import { openSession as openReal } from '../../src/daemon/session/open.ts'
import type { Session } from '../../src/daemon/session/session.ts'
import { hasMetadata } from '../../src/daemon/session/torrent/predicates.ts'
import type { TorrentRecord } from '../../src/daemon/session/torrent/record.ts'
import { statusOf } from '../../src/daemon/session/torrent/status.ts'
import { FilesState } from '../../src/daemon/state/rows.ts'
import { Store } from '../../src/daemon/state/store.ts'
import { type BInput, bencode } from '../../src/metainfo/index.ts'
import type { Params } from '../../src/rpc/contract/index.ts'
import type { Settings, TorrentStatus } from '../../src/rpc/contract/types.ts'
import { ErrorCode, RpcError } from '../../src/rpc/errors.ts'

/** A folder of the test's own, gone when it ends. */
export function testFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'porla-lua-session-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export const pieceLength = 16384

/** A torrent file with invented hashes: `files` bytes each in a folder called `name`, or one file of that name. */
export function torrentBytes(
  name: string,
  files: number[] | number,
  more: Record<string, BInput> = {},
): Buffer {
  const total = typeof files === 'number' ? files : files.reduce((sum, size) => sum + size, 0)
  const hashes = Array.from({ length: Math.ceil(total / pieceLength) }, (_, i) =>
    createHash('sha1').update(`${name} ${i}`).digest(),
  )
  const layout =
    typeof files === 'number'
      ? { length: files }
      : { files: files.map((length, i) => ({ length, path: [`file${i}`] })) }
  return Buffer.from(
    bencode({
      info: { name, 'piece length': pieceLength, pieces: Buffer.concat(hashes), ...layout, ...more },
    }),
  )
}

/** A clock that stands still until the test moves it. */
export class TestClock implements Clock {
  ms = 1_000_000
  now = () => this.ms
  time = () => Math.floor(this.ms / 1000) + 1_700_000_000
}

/** How a scripted engine answers each call. */
type Scripts = {
  [M in EngineMethod]: (params: Parameters<HostMethods[M]>[0]) => {
    /** What the call is remembered by, behind its name. */
    what: string
    /** Made when the call has taken place; absent: null. */
    answer?: () => ReturnType<HostMethods[M]>
  }
}

/** An engine that does nothing by itself: it remembers what it was asked, and says what the test tells it to. */
export class ScriptedEngine implements Engine {
  readonly state: EngineState = {
    state: 'running',
    pid: 1,
    restarts: 0,
    crashes: 0,
    last_crash: null,
    listening: null,
    error: null,
  }
  /** `load ID`, `unload ID`, ... in their order. */
  readonly calls: string[] = []
  readonly loaded = new Map<string, TorrentTask>()
  settings: Settings
  listener: EngineListener
  /** Answers of the next calls of a method: an error, or a promise to wait for. */
  readonly next: { [method: string]: (Error | Promise<void>)[] } = {}
  /** What it says of the progress of files, by torrent. */
  readonly fileProgressAnswers = new Map<string, number[]>()
  /** Trackers that do not answer a scrape. */
  readonly silentTrackers = new Set<string>()
  /** Last reports, by torrent. */
  readonly finalReports = new Map<string, TorrentReport>()

  constructor(settings: Settings, listener: EngineListener) {
    this.settings = settings
    this.listener = listener
  }

  async #asked(method: string, what: string): Promise<void> {
    this.calls.push(`${method} ${what}`)
    const answer = this.next[method]?.shift()
    if (answer instanceof Error) throw answer
    await answer
  }

  configure(settings: Settings): void {
    this.settings = settings
    this.calls.push('configure')
  }

  async load(task: TorrentTask): Promise<void> {
    if (this.loaded.has(task.id)) throw new Error(`${task.id} is loaded twice`)
    await this.#asked('load', task.id)
    this.loaded.set(task.id, task)
  }

  async unload(id: string): Promise<TorrentReport | null> {
    await this.#asked('unload', id)
    if (!this.loaded.delete(id)) return null
    return this.finalReports.get(id) ?? { id }
  }

  async call<M extends EngineMethod>(
    method: M,
    params: Parameters<HostMethods[M]>[0],
  ): Promise<ReturnType<HostMethods[M]>> {
    const { what, answer } = this.#scripts[method](params as never)
    await this.#asked(method, what)
    return (answer?.() ?? null) as ReturnType<HostMethods[M]>
  }

  /** What is remembered of each call, and what it is answered; null if nothing is said of that. */
  readonly #scripts: Scripts = {
    update: ({ id, options }) => ({
      what: id,
      answer: () => Object.assign(this.loaded.get(id)!, options) && null,
    }),
    addPeer: ({ id, address }) => ({ what: `${id} ${address}` }),
    reannounce: ({ id, url, afterMs, ignoreMinInterval: ignore }) => ({
      what: `${id} ${url} ${afterMs}${ignore ? ' now' : ''}`,
    }),
    scrape: ({ id, urls: [url = ''] }) => ({
      what: id,
      answer: () =>
        this.silentTrackers.has(url) ? null : { url, complete: 5, incomplete: 6, downloaded: 7 },
    }),
    clearPeers: ({ id, addresses = [] }) => ({ what: [id, ...addresses].join(' ') }),
    fileProgress: ({ id }) => ({ what: id, answer: () => this.fileProgressAnswers.get(id) ?? null }),
    peerInfo: ({ id }) => ({ what: id, answer: () => [] }),
    downloadQueue: ({ id }) => ({ what: id, answer: () => [] }),
    pieceAvailability: ({ id }) => ({ what: id }),
    removeFiles: ({ savePath, keep }) => ({ what: [savePath, ...keep].join(' keeping '), answer: () => [] }),
    moveFiles: ({ from, to }) => ({ what: `${from} -> ${to}` }),
    placeFiles: ({ before, now }) => ({ what: `${before} -> ${now}` }),
    closeFiles: ({ id }) => ({ what: id }),
  }

  async stop(): Promise<void> {
    this.calls.push('stop')
    this.loaded.clear()
  }

  kill(): void {
    this.calls.push('kill')
  }

  say(report: TorrentReport): void {
    this.listener.report(report)
  }

  /** Says that everything was checked and these pieces are there. */
  checked(id: string, have: Uint8Array, done = 0): void {
    this.say({ id, phase: 'checking', checked: 0.5 })
    this.say({ id, phase: 'running', have, done })
  }

  die(): void {
    this.state.state = 'waiting'
    this.loaded.clear()
    this.listener.lost('signal SIGKILL')
  }

  comeBack(): void {
    this.state.state = 'running'
    this.listener.ready()
  }
}

export const gone = () =>
  new RpcError(ErrorCode.EngineUnavailable, 'the engine host is not available: it has ended')

/** A log whose lines the test can read. */
export function testLog(): Log & { lines: string[] } {
  const lines: string[] = []
  const write = (level: string) => (message: string) => void lines.push(`${level}: ${message}`)
  return {
    level: 'debug',
    lines,
    debug: write('debug'),
    info: write('info'),
    warning: write('warning'),
    error: write('error'),
  }
}

/** A session over a real state file and a scripted engine. */
export interface TestSession {
  session: Session
  engine: ScriptedEngine
  clock: TestClock
  store: Store
  log: Log & { lines: string[] }
  /** What it said of itself, in order. */
  told: SessionEvent[]
  /** Adds a torrent; `save_path` is an empty folder unless given. */
  add(params: Partial<Params<'torrents.add'>>): TorrentRecord
  status(record: TorrentRecord): TorrentStatus
  /** Lets promises, file look-ups and the queue run until everything has settled. */
  settle(): Promise<void>
  close(): Promise<void>
}

export function openSession(
  t: TestContext,
  { folder = testFolder(t), settings = {}, clock = new TestClock(), name = 'default' } = {} as {
    folder?: string
    settings?: Settings
    clock?: TestClock
    name?: string
  },
): TestSession {
  const log = testLog()
  const store = new Store(folder, (error) => log.error(error.message))
  let engine: ScriptedEngine | undefined
  const told: SessionEvent[] = []
  const session = openReal({
    name,
    version: '1.2.3',
    config: settings,
    store,
    torrents: store.torrents().filter(({ row }) => row.session === name),
    removals: store.removals(),
    createEngine: (options) => (engine = new ScriptedEngine(options.settings, options.listener)),
    clock,
    log,
    events: (event) => told.push(event),
  })
  let open = true
  const close = async () => {
    if (!open) return
    open = false
    await session.close(1000)
    store.close()
  }
  t.after(close)
  return {
    session,
    engine: engine!,
    clock,
    store,
    log,
    told,
    close,
    add: (params) => addTorrent(session, addRequestOf({ save_path: join(folder, 'data'), ...params })).record,
    status: (record) => statusOf(record, session.statusContext()),
    settle: async () => {
      // at least forty rounds, and on a machine that is busy as long as it takes
      const deadline = performance.now() + 5000
      for (let round = 0, quiet = 0; quiet < 3 && (round < 40 || performance.now() < deadline); round++) {
        await new Promise((resolve) => setTimeout(resolve, 1))
        session.scheduler.run()
        const waits = [...session.records].some((record) => record.engine.busy || isUnseen(record))
        quiet = waits ? 0 : quiet + 1
      }
    },
  }
}

/** Nobody has looked at its files yet, but somebody will. */
const isUnseen = (record: TorrentRecord) =>
  hasMetadata(record) && !record.holds.waitsForRemoval && record.progress.files === FilesState.unseen

/** An error of an engine that says no more than that. */
export const taskError = (message: string, file: string | null): TaskError => ({
  message,
  file,
  code: null,
  write: false,
})

/** Bytes as `ti` takes them. */
export const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
