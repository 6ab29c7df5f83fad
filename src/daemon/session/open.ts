import type { Settings } from '../../rpc/contract/types.ts'
import type { Log } from '../log.ts'
import type { MoveRow, RemovalRow, SavedTorrent } from '../state/rows.ts'
import type { Store } from '../state/store.ts'
import type { Clock } from './clock.ts'
import { type EventSink, noSink } from './events.ts'
import { QueueOrder } from './queue/order.ts'
import { listenerOf } from './reactions/listener.ts'
import { takeLastReport } from './reactions/report.ts'
import type { ReconcilerHost } from './reconciler.ts'
import { Records } from './records.ts'
import { type EngineFactory, Session } from './session.ts'
import { SettingsLayers } from './settings/settings-layers.ts'
import { endLoad } from './torrent/observed.ts'
import { isMoving } from './torrent/predicates.ts'
import { newRecord, type TorrentRecord } from './torrent/record.ts'
import { optionsOf, taskOf } from './torrent/task.ts'
import { filesAreBack, leaveUploadMode, refused } from './transitions/errors.ts'
import { firstLook } from './transitions/first-look.ts'
import { carryOutMove } from './transitions/move-files.ts'
import { placeFiles } from './transitions/place-files.ts'
import { finishRemovals } from './transitions/removals.ts'

/** What a session is opened with. */
export interface OpenOptions {
  name: string
  version: string
  /** Settings of the configuration file. */
  config: Settings
  store: Store
  /** What the state holds of this session. */
  torrents: readonly SavedTorrent[]
  removals: readonly RemovalRow[]
  createEngine: EngineFactory
  clock: Clock
  log: Log
  /** Hears what happens; without it nobody does. */
  events?: EventSink
  /** The settings were changed. */
  settingsChanged?: () => void
}

/** Makes a session of what the state holds of it, and lets go on what was under way when the last daemon ended. */
export function openSession(options: OpenOptions): Session {
  const { name, store, clock, log, createEngine } = options
  const paused = store.isPaused(name)
  const records = new Records(recordsOf(options.torrents, store.moves(), paused))
  const queue = new QueueOrder(records)
  repairQueue(store, queue, records)
  const session = new Session({
    name,
    store,
    clock,
    log,
    events: options.events ?? noSink,
    settings: new SettingsLayers(options.version, options.config, store.settings(name)),
    records,
    queue,
    paused,
    createEngine,
    settingsChanged: options.settingsChanged ?? (() => {}),
    wiring: { listener: listenerOf, reconcilerHost: reconcilerHostOf, leaveUploadMode, filesAreBack },
  })
  for (const record of records) {
    session.diskRetry.look(record)
    session.goneFiles.look(record)
  }
  finishRemovals(session, options.removals)
  for (const record of records) firstLook(session, record)
  for (const record of records) if (isMoving(record)) session.reconciler.reconcile(record)
  return session
}

function recordsOf(
  torrents: readonly SavedTorrent[],
  moves: readonly MoveRow[],
  paused: boolean,
): TorrentRecord[] {
  const records = torrents.map(({ row, progress }) => newRecord(row, progress))
  const byId = new Map(records.map((record) => [record.row.id, record]))
  for (const record of records) record.holds.sessionPaused = paused
  for (const move of moves) {
    const record = byId.get(move.torrent)
    if (record) record.holds.moves = [...record.holds.moves, move]
  }
  return records
}

/**
 * A torrent is in the queue as long as it is not finished. Its place and its progress are saved one after the other: a
 * process that died in between saved one of them only.
 */
function repairQueue(store: Store, queue: QueueOrder, records: Iterable<TorrentRecord>): void {
  for (const record of records) {
    const queued = record.row.queueKey !== null
    if (queued !== record.progress.finished) continue
    const queueKey = queued ? null : queue.newKey()
    store.updateTorrent(record.row.id, { queueKey })
    if (queued) queue.remove(record)
    record.row.queueKey = queueKey
    if (!queued) queue.append(record)
  }
}

/** What the reconciler does with torrents, and asks of them. */
function reconcilerHostOf(session: Session): ReconcilerHost {
  const { store, log, name } = session
  return {
    clock: session.clock,
    task: (record) => {
      const { id } = record.row
      // Before the pieces: with damaged ones they are set aside as well.
      const stamps = store.fileStamps(id)
      return taskOf(record, {
        swarmSources: store.swarmSources(id),
        torrentFile: store.torrentFile(id),
        have: store.have(id),
        stamps,
      })
    },
    options: (record) => optionsOf(record, store.swarmSources(record.row.id)),
    unloaded: (record, report) => {
      try {
        if (report && !record.removed) takeLastReport(session, record, report)
      } catch (error) {
        log.error(`session ${name}: the last report of ${record.row.v1}: ${(error as Error).stack}`)
      }
      if (!record.removed) session.saver.trySave(record)
      endLoad(record)
    },
    move: (record) => carryOutMove(session, record),
    place: (record, before) => placeFiles(session, record, before),
    refused: (record, error) => refused(session, record, error),
  }
}
