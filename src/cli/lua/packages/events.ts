import type { DaemonEvent, Overflow } from '../../../rpc/contract/events.ts'
import type { InfoHash } from '../../../rpc/contract/types.ts'
import { type EventName, eventNames } from '../../../rpc/event-names.ts'
import { pushJson, pushList } from '../api/convert.ts'
import type { Api, ApiClass, ApiModule } from '../api/describe.ts'
import { changesOf } from '../api/handles/changes.ts'
import { handleOf } from '../api/handles/handle-value.ts'
import { torrentStatusClass } from '../api/handles/status.ts'
import { torrentHandleClass } from '../api/handles/torrent.ts'
import { suggestion } from '../api/suggestion.ts'
import { announceEntryClass } from '../api/values/announce-entry.ts'
import { infoHashClass } from '../api/values/info-hash.ts'
import { peerInfoClass } from '../api/values/peer-info.ts'
import type { TorrentRef } from '../api/values/torrent-ref.ts'
import { Callback } from '../loop/callback.ts'
import type { State } from '../vm/c-api.ts'
import { ArgumentError } from '../vm/errors.ts'
import { stopMethod } from './cancellable.ts'
import { type EventHandler, EventStream } from './events/event-stream.ts'

/** What the functions of one VM share. */
interface Shared {
  readonly stream: EventStream
  /** Number of the event that the last wait for a name ended with. */
  readonly waited: Map<EventName, number>
}
const sharedBy = (api: Api): Shared => ({ stream: new EventStream(api), waited: new Map() })
const sharedOf = (api: Api): Shared => api.shared(sharedBy)

/** Whether there are events of that name. */
export function isEventName(name: string): name is EventName {
  return (eventNames as readonly string[]).includes(name)
}

/** Number of the last event so far. */
function lastSeq(api: Api): number {
  return api.call('events.wait', { events: [], timeout: 0 }).seq
}

/** Pushes what a callback gets; returns how many values. */
function pushEvent(api: Api, L: State, event: DaemonEvent): number {
  const { lua } = api
  if (event.event === 'session_stats') {
    lua.pushText(L, event.session)
    pushStats(api, L, event.stats ?? {})
    return 2
  }
  if (event.event === 'engine_down' || event.event === 'engine_up') {
    lua.pushText(L, event.session)
    if (event.error !== undefined) lua.pushText(L, event.error)
    return event.error === undefined ? 1 : 2
  }
  const hash = event.info_hash as InfoHash
  if (event.event === 'torrent_removed') {
    api.push(L, infoHashClass, hash)
    return 1
  }
  const torrent = { session: event.session, hash }
  api.push(L, torrentHandleClass, handleOf(torrent))
  if (pushPosted(api, L, event, torrent)) return 2
  if (event.file === undefined) return 1
  lua.pushText(L, event.file)
  if (event.error === undefined) return 2
  lua.pushText(L, event.error)
  return 3
}

/** Pushes counters as a list in the order of `sessions.metrics()` that has them by name as well. */
function pushStats({ lua }: Api, L: State, stats: NonNullable<DaemonEvent['stats']>): void {
  pushList(lua, L, Object.values(stats), (value) => lua.pushInteger(L, value))
  for (const [name, value] of Object.entries(stats)) {
    lua.pushText(L, name)
    lua.pushInteger(L, value)
    lua.raw._lua_rawset(L, -3)
  }
}

/** Pushes what an event says that this script asked for; false for any other. */
function pushPosted(api: Api, L: State, event: DaemonEvent, torrent: TorrentRef): boolean {
  const { lua } = api
  const { pieces, progress, peers, availability, status, trackers } = event
  if (pieces) pushJson(lua, L, pieces)
  else if (progress) pushJson(lua, L, progress)
  else if (availability) pushJson(lua, L, availability)
  else if (peers) pushList(lua, L, peers, (peer) => api.push(L, peerInfoClass, peer))
  else if (trackers) pushList(lua, L, trackers, (entry) => api.push(L, announceEntryClass, entry))
  else if (status) {
    api.push(L, torrentStatusClass, { torrent, data: status, complete: true, learned: undefined })
  } else return false
  return true
}

/** A handler that hears the events of a name until it is stopped. */
export class Connection implements EventHandler {
  readonly name: EventName
  seen: number
  readonly #api: Api
  readonly #callback: Callback

  constructor(api: Api, name: EventName, callback: Callback) {
    this.name = name
    this.#api = api
    this.#callback = callback
    this.seen = lastSeq(api)
    sharedOf(api).stream.add(this)
  }

  hear(event: DaemonEvent): void {
    // What was read of torrents before may be old by now.
    this.#api.shared(changesOf).note()
    this.#callback.call(this.#api.host.loop, (S) => pushEvent(this.#api, S, event))
  }

  stop(): void {
    sharedOf(this.#api).stream.remove(this)
    this.#callback.free()
  }
}

const connectionClass: ApiClass<Connection> = {
  name: 'SignalConnection',
  doc: 'A handler of events. Keep it in a variable: one that is collected as garbage hears nothing more.',
  origin: 'porla',
  members: [stopMethod('disconnect', 'Ends it. Twice is harmless.')],
  collected: (self, api) => api.host.loop.collected(self),
}

/** How long the daemon holds one request: what ends a script need not wait longer for it. */
const sliceSeconds = 1

/** Waits in pieces that the daemon holds. Null when the time is over. */
function waitFor(api: Api, name: EventName, seconds: number): DaemonEvent | null {
  const { waited } = sharedOf(api)
  const until = performance.now() + seconds * 1000
  let after = waited.get(name) ?? api.channel.firstSeq ?? lastSeq(api)
  for (;;) {
    const left = Math.max(0, (until - performance.now()) / 1000)
    const { event, seq } = api.call('events.wait', {
      events: [name],
      client: api.client,
      after,
      timeout: Math.min(left, sliceSeconds),
    })
    after = seq
    waited.set(name, seq)
    if (event?.event === 'overflow') warnOfLoss(api, event)
    else if (event) {
      api.shared(changesOf).note()
      return event
    } else if (performance.now() >= until) return null
  }
}

function warnOfLoss(api: Api, { from, to }: Overflow): void {
  api.host.say(
    `porla-lua: warning: events ${from} to ${to} are not kept any more, or were of another daemon\n`,
  )
}

/** What each event means, and what a callback gets. */
const meanings =
  '`torrent_added` (TorrentHandle); `torrent_finished` (TorrentHandle): every wanted piece was downloaded, once in a ' +
  "torrent's life; `torrent_moved` (TorrentHandle, folder) or `torrent_move_failed` (TorrentHandle, folder, message): one " +
  'of the two after every `move_storage`; `torrent_paused` and `torrent_resumed` (TorrentHandle): by ' +
  'anyone, the queue included; `torrent_removed` (InfoHash); `torrent_file_error` (TorrentHandle, path, message); ' +
  '`metadata_received` (TorrentHandle); `engine_down` (name of the session, reason) and `engine_up` (name of the session): ' +
  'its torrents stand still, or go on; `session_stats` (name of the session, list of integers that has them by name, too: see `sessions.metrics`), every 5 ' +
  'seconds. What the ' +
  '`post_*` functions of a handle ask for comes to the script that asked and to no other: `piece_info` (TorrentHandle, ' +
  'list of tables: `piece_index`, `blocks_in_piece`, `finished`, `writing`, `requested`, and `blocks`, a list of ' +
  '`{state = "none"|"requested"|"writing"|"finished", block_size, bytes_progress, num_peers, peer}`); `file_progress` ' +
  '(TorrentHandle, list of integers); `peer_info` (TorrentHandle, list of PeerInfo); `piece_availability` ' +
  '(TorrentHandle, list of integers); `state_update` (TorrentHandle, TorrentStatus); `tracker_list` (TorrentHandle, ' +
  'list of AnnounceEntry).'

export const modules: readonly ApiModule[] = [
  {
    name: 'events',
    doc: `What happens in the daemon, in all sessions, in the order in which it happens. ${meanings}`,
    origin: 'porla',
    classes: [connectionClass],
    members: [
      {
        kind: 'static',
        name: 'on',
        signature: '(name: string, callback: function): SignalConnection?',
        doc:
          'Calls `callback` for each event of that name that happens from now on, once the script has come to its ' +
          'last line; it goes on as long as there is a handler. nil for an unknown name. An error in `callback` is ' +
          'shown, and makes the exit code 1.',
        origin: 'porla',
        call: (api, L) => {
          const name = api.lua.checkText(L, 1)
          const callback = api.argument(2, () => Callback.read(api.lua, L, 2))
          if (isEventName(name)) api.push(L, connectionClass, new Connection(api, name, callback))
          else {
            callback.free()
            api.warn([`there is no event '${name}'${suggestion(name, eventNames)}; events.on gives nil`])
            api.lua.pushNil(L)
          }
          return 1
        },
      },
      {
        kind: 'static',
        name: 'wait',
        signature: '(name: string, seconds?: number): any',
        doc:
          'Waits for the next event of that name and returns what a callback would get; nil when none came in time. ' +
          'What happened since the script first spoke to the daemon counts, so nothing is missed; each event is ' +
          'returned once. Without `seconds` it waits for ever.',
        origin: 'own',
        call: (api, L) => {
          const name = api.lua.checkText(L, 1)
          if (!isEventName(name))
            throw new ArgumentError(1, `no event '${name}'${suggestion(name, eventNames)}`)
          const seconds = api.lua.isNoneOrNil(L, 2) ? Number.POSITIVE_INFINITY : api.lua.checkNumber(L, 2)
          if (!(seconds >= 0)) throw new ArgumentError(2, `seconds from 0 expected, got ${seconds}`)
          const event = waitFor(api, name, seconds)
          if (event) return pushEvent(api, L, event)
          api.lua.pushNil(L)
          return 1
        },
      },
    ],
  },
]
