import type { InfoHash } from '../../rpc/contract/types.ts'
import type { EventName, PostedEventName } from '../../rpc/event-names.ts'
import { startOrStop } from './torrent/durations.ts'
import { infoHashOf, type TorrentRecord } from './torrent/record.ts'

/** What a session says of itself as it happens, after the change is durable. */
export type SessionEvent = TorrentEvent | EngineEvent

interface TorrentEvent {
  event: Exclude<EventName, 'session_stats' | PostedEventName | EngineEvent['event']>
  session: string
  info_hash: InfoHash
  /**
   * torrent_file_error: path of the file, and what went wrong. torrent_moved, torrent_move_failed: the folder that was asked
   * for, and why the files are not there.
   */
  file?: string
  error?: string
}

/** The engine of the session ended, or runs again. While it is down no torrent runs. */
interface EngineEvent {
  event: 'engine_down' | 'engine_up'
  session: string
  /** engine_down: why. */
  error?: string
}

/** Takes the events of a session. Must not throw. */
export type EventSink = (event: SessionEvent) => void

/** Drops the events. */
export const noSink: EventSink = () => {}

/** Tells of something that happened to a torrent. */
export function tell(
  sink: EventSink,
  event: TorrentEvent['event'],
  record: TorrentRecord,
  more?: { file: string; error?: string },
): void {
  sink({ event, session: record.row.session, info_hash: infoHashOf(record), ...more })
}

/**
 * To be called after a change that may have started or paused a torrent. Starts or stops counting its durations, and tells
 * `torrent_resumed` or `torrent_paused` with it. True when there is something to save.
 */
export function turn(sink: EventSink, record: TorrentRecord, now: number): boolean {
  const ran = record.clock.countedTo !== null
  const changed = startOrStop(record, now)
  const runs = record.clock.countedTo !== null
  if (ran !== runs && !record.removed) tell(sink, runs ? 'torrent_resumed' : 'torrent_paused', record)
  return changed
}
