import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { StateError } from '../../src/daemon/state/error.ts'
import type { SavedTorrent } from '../../src/daemon/state/rows.ts'
import type { SetAside } from '../../src/daemon/state/set-aside.ts'
import { Store } from '../../src/daemon/state/store.ts'
import { parseTorrent } from '../../src/metainfo/index.ts'
import { torrentBytes } from '../session/harness.ts'

/** Everything that a state holds, read through the store. */
export interface Model {
  torrents: Map<number, Kept>
  settings: Map<string, unknown>
  moves: unknown[]
  removals: unknown[]
  /** Sessions that do not run. */
  paused: string[]
}

/** What is kept of one torrent. A part that could not be read is the error's text. */
interface Kept {
  saved: SavedTorrent
  swarmSources: unknown
  torrentFile: unknown
  have: unknown
  stamps: unknown
  metadata: unknown
}

export const sessions = ['default', 'other']
const files = ['state.db', 'state.db-wal', 'state.db-mark']

/** Makes a state with something in every table, a part of it only in the log. Returns what it holds. */
export function makeState(folder: string, random: (below: number) => number): { store: Store; model: Model } {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  let store = new Store(folder, fail)
  for (let i = 0; i < 24; i++) addTorrent(store, i, random)
  store.saveSettings('default', { active_downloads: 7, proxy_hostname: 'proxy.example', enable_dht: false })
  store.close()
  store = new Store(folder, fail)
  for (let i = 24; i < 36; i++) addTorrent(store, i, random)
  store.saveSettings('other', { upload_rate_limit: 5000 })
  store.setPaused('other', true)
  for (let id = 1; id <= 36; id += 3) {
    store.updateTorrent(id, { category: `category ${id}`, tags: ['one', 'zwölf', `tag ${id}`] })
  }
  store.addMove({ torrent: 4, target: '/somewhere/else' })
  store.addRemoval({
    session: 'default',
    v1: 'ab'.repeat(20),
    savePath: '/x',
    torrentFile: torrentBytes('gone', 9),
  })
  store.removeTorrent(9)
  return { store, model: readModel(store) }
}

function addTorrent(store: Store, i: number, random: (below: number) => number): void {
  const metadata = i % 5 !== 0
  const name = `torrent ${i}`
  const bytes = torrentBytes(name, [20_000 + random(3_000_000), 5000], { x: 'y'.repeat(random(9000)) })
  const content = parseTorrent(bytes)
  const pieces = metadata ? Math.ceil(content.totalSize / content.pieceLength) : 0
  const id = store.addTorrent({
    row: {
      session: sessions[i % 2] as string,
      v1: content.infoHash[0] as string,
      v2: null,
      name,
      savePath: `/downloads/${i % 7}`,
      addedTime: 1_700_000_000 + i,
      flags: 1 << random(10),
      queueKey: i % 4 === 0 ? null : i,
      category: i % 3 === 0 ? 'films' : null,
      tags: i % 2 === 0 ? ['a', 'b'] : [],
      downloadLimit: -1,
      uploadLimit: 100_000,
      maxConnections: -1,
      maxUploads: 8,
      filePriorities: metadata && i % 6 === 0 ? Uint8Array.of(0, 4) : null,
      error: i % 11 === 0 ? 'an error' : null,
      errorFile: null,
      size: metadata ? content.totalSize : 0,
      total: metadata ? content.totalSize : 0,
      totalWanted: metadata ? content.totalSize : 0,
      pieceLength: metadata ? content.pieceLength : 0,
      pieces,
    },
    progress: {
      files: 2,
      haveCount: random(pieces + 1),
      done: random(20_000),
      wantedDone: random(20_000),
      finished: i % 4 === 0,
      completedTime: 0,
      downloaded: random(2 ** 31) * 1000,
      uploaded: random(2 ** 31) * 1000,
      activeMs: random(100_000),
      finishedMs: 0,
      seedingMs: 0,
      lastDownload: 1_700_000_000 + i,
      lastUpload: i % 3 === 0 ? 0 : 1_700_000_100 + i,
      lastSeenComplete: 1_700_000_200 + i,
    },
    metadata: i % 2 === 0 ? { site: { id: i, name: `ä ${i}` } } : null,
    swarmSources: {
      trackers: [{ url: `http://tracker.example/${i}`, tier: 0 }],
      webSeeds: [],
      peers: [],
      trackerId: '',
    },
    torrentFile: metadata ? bytes : null,
    have: metadata ? Uint8Array.from({ length: Math.ceil(pieces / 8) }, () => random(256)) : null,
  }).id
  if (metadata)
    store.saveFileStamps(
      id,
      Uint8Array.from({ length: 32 }, () => random(256)),
    )
}

/** The files of an open state as a process that is killed now would leave them. */
export function snapshot(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to, { recursive: true, mode: 0o700 })
  for (const name of files) if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name))
}

export function readModel(store: Store): Model {
  const torrents = store.torrents().map((saved): [number, Kept] => {
    const { id } = saved.row
    return [
      id,
      {
        saved,
        swarmSources: part(() => store.swarmSources(id)),
        torrentFile: part(() => hex(store.torrentFile(id))),
        have: part(() => hex(store.have(id))),
        stamps: part(() => hex(store.fileStamps(id))),
        metadata: part(() => store.metadata(id)),
      },
    ]
  })
  return {
    torrents: new Map(torrents),
    settings: new Map(
      sessions.flatMap((session) =>
        Object.entries(store.settings(session)).map(
          ([name, value]) => [`${session} ${name}`, value] as const,
        ),
      ),
    ),
    moves: store.moves(),
    removals: store.removals().map((removal) => ({ ...removal, torrentFile: hex(removal.torrentFile) })),
    paused: sessions.filter(
      (session) => store.isPaused(session) || store.hold === 'all' || store.hold.has(session),
    ),
  }
}

/**
 * Every difference between what was kept and what is there now that nobody is told of: what is not there must be set
 * aside, and what is there must be as it was. Empty: nothing was lost silently.
 */
export function silentLosses(before: Model, after: Model, aside: readonly SetAside[]): string[] {
  const losses: string[] = []
  const asideOf = (table: string) => aside.filter((row) => row.table === table)
  let missing = 0
  let metadata = 0
  for (const [id, kept] of before.torrents) {
    const now = after.torrents.get(id)
    if (now === undefined) {
      missing++
      continue
    }
    const renewed = asideOf('progress').some(({ row }) => Number(row.id) === id)
    if (!same(kept.saved.row, now.saved.row)) losses.push(`torrent ${id} differs`)
    if (!renewed && !same(kept.saved.progress, now.saved.progress)) losses.push(`progress of ${id} differs`)
    for (const name of ['swarmSources', 'torrentFile'] as const) {
      if (!same(kept[name], now[name]) && !isError(now[name])) losses.push(`${name} of ${id} differ`)
    }
    if (now.metadata === null && kept.metadata !== null) metadata++
    else if (!same(kept.metadata, now.metadata) && !isError(now.metadata))
      losses.push(`metadata of ${id} differs`)
    // What is not known of the files is found out again; it must only never be wrong.
    for (const name of ['have', 'stamps'] as const) {
      if (now[name] !== null && !same(kept[name], now[name])) losses.push(`${name} of ${id} differs`)
    }
  }
  if (metadata > asideOf('metadata').length) losses.push(`metadata of ${metadata} torrents is gone`)
  for (const id of after.torrents.keys()) if (!before.torrents.has(id)) losses.push(`torrent ${id} is new`)
  if (missing > asideOf('torrents').length) losses.push(`${missing} torrents are gone`)
  let settings = 0
  for (const [name, value] of before.settings) {
    if (!after.settings.has(name)) settings++
    else if (!same(value, after.settings.get(name))) losses.push(`setting ${name} differs`)
  }
  if (settings > asideOf('settings').length) losses.push(`${settings} settings are gone`)
  for (const table of ['moves', 'removals'] as const) {
    const gone = before[table].filter((row) => !after[table].some((other) => same(row, other)))
    if (gone.length > asideOf(table).length) losses.push(`${gone.length} ${table} are gone`)
    if (after[table].length > before[table].length - gone.length) losses.push(`${table} are new`)
  }
  for (const name of before.paused)
    if (!after.paused.includes(name)) losses.push(`${name} is not paused any more`)
  return losses
}

function part(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof StateError)) throw error
    return { error: error.message }
  }
}

function isError(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'error' in value
}

function hex(bytes: Uint8Array | null): string | null {
  return bytes && Buffer.from(bytes).toString('hex')
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b))
}

function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value ?? null, (_, part) => (part instanceof Uint8Array ? hex(part) : (part as unknown))),
  )
}

function fail(error: Error): never {
  throw error
}
