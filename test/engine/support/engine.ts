import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type {
  Engine,
  IncomingForUnloaded,
  TorrentReport,
  TorrentTask,
} from '../../../src/daemon/engine/protocol.ts'
import { createEngine } from '../../../src/daemon/engine/supervisor.ts'
import { countBits } from '../../../src/metainfo/bits.ts'
import type { Settings } from '../../../src/rpc/contract/types.ts'

/** Loopback only, nothing announced anywhere. */
export const quiet: Settings = {
  listen_interfaces: '127.0.0.1:0',
  enable_dht: false,
  enable_lsd: false,
  enable_upnp: false,
  enable_natpmp: false,
  // every peer of a test is at the same address
  allow_multiple_connections_per_ip: true,
}

/** An engine with everything it said. */
export interface TestEngine extends Engine {
  /** All reports of a torrent laid over each other. */
  report(id: string): TorrentReport
  /** Every report in order. */
  reports: TorrentReport[]
  metadata: Map<string, Uint8Array>
  log: string[]
  /** Torrents that are not loaded and that a peer called for. */
  incoming: IncomingForUnloaded[]
  lost: string[]
  /** Torrents that ended one host after the other. */
  culprits: string[]
  ready: number
  /** `host:port` it listens on. */
  address(): Promise<string>
  /** Waits until the torrent's report fits. Fails with the report and the log. */
  until(
    id: string,
    what: string,
    fits: (report: TorrentReport) => boolean,
    withinMs?: number,
  ): Promise<TorrentReport>
  load(task: TorrentTask): Promise<void>
}

/** The engines that a test started: they have to end before its folders go. */
const engines = new WeakMap<TestContext, { stop(deadlineMs: number): Promise<void> }[]>()

/** Starts nothing yet; ends with the test, which fails if the host does not end in order. */
export function startEngine(t: TestContext, settings: Settings = {}, name = 'test'): TestEngine {
  const merged = new Map<string, TorrentReport>()
  const seen = {
    reports: [] as TorrentReport[],
    metadata: new Map<string, Uint8Array>(),
    log: [] as string[],
    incoming: [] as IncomingForUnloaded[],
    lost: [] as string[],
    culprits: [] as string[],
    ready: 0,
  }
  const engine = createEngine({
    session: name,
    settings: { ...quiet, ...settings },
    log: (level, message) => seen.log.push(`${level}: ${message}`),
    listener: {
      report(report) {
        seen.reports.push(report)
        merged.set(report.id, { ...merged.get(report.id), ...report })
      },
      metadata: (id, info) => seen.metadata.set(id, info),
      incoming(which) {
        seen.incoming.push(which)
      },
      lost(reason) {
        merged.clear()
        seen.lost.push(reason)
      },
      culprit(id) {
        seen.culprits.push(id)
      },
      ready() {
        seen.ready++
      },
    },
  })
  engines.set(t, [...(engines.get(t) ?? []), engine])
  t.after(() => engine.stop(3000))
  const report = (id: string) => merged.get(id) ?? { id }
  Object.defineProperty(engine, 'ready', { get: () => seen.ready })
  const { reports, metadata, log, lost, culprits, incoming } = seen
  const load = engine.load.bind(engine)
  return Object.assign(engine, {
    reports,
    metadata,
    log,
    lost,
    culprits,
    incoming,
    report,
    load(task: TorrentTask) {
      // what an earlier load said is no longer true
      merged.delete(task.id)
      return load(task)
    },
    async address() {
      await until(
        () => engine.state.listening !== null,
        'the engine listens',
        () => seen.log.join('\n'),
      )
      return engine.state.listening!
    },
    async until(id: string, what: string, fits: (report: TorrentReport) => boolean, withinMs = 15_000) {
      await until(
        () => fits(report(id)),
        `${name}: ${what}`,
        () => `${show(report(id))}\n${seen.log.join('\n')}`,
        withinMs,
      )
      return report(id)
    },
  }) as TestEngine
}

function show(report: TorrentReport): string {
  const { have, ...rest } = report
  return JSON.stringify({
    ...rest,
    have: have === undefined ? undefined : Buffer.from(have).toString('hex').slice(0, 80),
  })
}

/** Polls until true. Fails after the time with `what` and `details`. */
export async function until(
  fits: () => boolean | Promise<boolean>,
  what: string,
  details: () => string = () => '',
  withinMs = 15_000,
): Promise<void> {
  const end = performance.now() + withinMs
  while (!(await fits())) {
    if (performance.now() > end) throw new Error(`timed out after ${withinMs} ms: ${what}\n${details()}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** A folder that goes with the test. */
export async function tempFolder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'porla-engine-'))
  t.after(async () => {
    // what runs first was asked for first, and an engine would write its files anew
    await Promise.all((engines.get(t) ?? []).map((engine) => engine.stop(3000)))
    await rm(path, { recursive: true, force: true })
  })
  return path
}

export const noLimits = { download: -1, upload: -1, connections: -1, uploads: -1 }

/** A task with everything at its default. */
export function task(id: string, savePath: string, changes: Partial<TorrentTask> = {}): TorrentTask {
  return {
    id,
    v2: null,
    name: '',
    torrentFile: null,
    savePath,
    have: null,
    stamps: null,
    hadPieces: false,
    acceptGone: false,
    trusted: false,
    webSeeds: [],
    peers: [],
    known: [],
    trackerId: '',
    uploadedBefore: 0,
    downloadedBefore: 0,
    trackers: [],
    filePriorities: [],
    sequential: false,
    limits: noLimits,
    uploadMode: false,
    disableTrackers: false,
    disableDht: true,
    disableLsd: true,
    disablePex: true,
    ...changes,
  }
}

/** Whether a report says that every piece is on disk. */
export function complete({ meta }: { meta: { numPieces: number } }): (report: TorrentReport) => boolean {
  return ({ phase, have, distributedCopies }) =>
    phase === 'running' &&
    distributedCopies === -1 &&
    have !== undefined &&
    countBits(have, meta.numPieces) === meta.numPieces
}
