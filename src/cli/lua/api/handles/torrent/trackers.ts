import type { Params } from '../../../../../rpc/contract/index.ts'
import type { State } from '../../../vm/c-api.ts'
import { LuaType } from '../../../vm/c-api.ts'
import { WrongValue } from '../../../vm/errors.ts'
import type { Lua } from '../../../vm/lua.ts'
import {
  type FieldReaders,
  int32,
  readBoolean,
  readFields,
  readInteger,
  readList,
  readText,
} from '../../convert.ts'
import type { Api, MethodMember, PropertyMember } from '../../describe.ts'
import { announceEntryClass } from '../../values/announce-entry.ts'
import { keyOf } from '../../values/torrent-ref.ts'
import type { HandleValue } from '../handle-value.ts'
import { listMember } from './list-member.ts'

type Tracker = Params<'torrents.trackers.replace'>['trackers'][number]

const trackerFields: FieldReaders<Tracker> = {
  url: (lua, L, idx) => nonEmpty(readText(lua, L, idx)),
  tier: (lua, L, idx) => readInteger(lua, L, idx, 0, 255),
}

interface ReannounceOptions {
  seconds?: number
  tracker_index?: number
  ignore_min_interval?: boolean
}

/** libtorrent's reannounce_flags_t. */
const ignoreMinInterval = 1

const readSeconds = (lua: Lua, L: State, idx: number) => readInteger(lua, L, idx, 0, int32.high)
const readIndex = (lua: Lua, L: State, idx: number) => readInteger(lua, L, idx, -1, int32.high)

/** Flags as libtorrent's number, or by name. */
function readReannounceFlags(lua: Lua, L: State, idx: number): boolean {
  if (lua.type(L, idx) !== LuaType.table)
    return (readInteger(lua, L, idx, 0, ignoreMinInterval) & ignoreMinInterval) !== 0
  const flags = { ignore_min_interval: readBoolean }
  return readFields<{ ignore_min_interval?: boolean }>(lua, L, idx, flags).ignore_min_interval ?? false
}

/** `{seconds = ..., tracker_index = ..., flags = ...}`, or the three as arguments in libtorrent's order. */
function readReannounce(api: Api, L: State): ReannounceOptions {
  const { lua } = api
  if (lua.type(L, 2) === LuaType.table) {
    const readers = { seconds: readSeconds, tracker_index: readIndex, flags: readReannounceFlags }
    const fields = api.argument(2, () =>
      readFields<{ seconds?: number; tracker_index?: number; flags?: boolean }>(lua, L, 2, readers),
    )
    const { flags, ...options } = fields
    return flags === undefined ? options : { ...options, ignore_min_interval: flags }
  }
  const given = <T>(arg: number, read: (lua: Lua, L: State, idx: number) => T) =>
    lua.isNoneOrNil(L, arg) ? undefined : api.argument(arg, () => read(lua, L, arg))
  const seconds = given(2, readSeconds)
  const tracker_index = given(3, readIndex)
  const ignore_min_interval = given(4, readReannounceFlags)
  return {
    ...(seconds !== undefined && { seconds }),
    ...(tracker_index !== undefined && { tracker_index }),
    ...(ignore_min_interval !== undefined && { ignore_min_interval }),
  }
}

function nonEmpty(url: string): string {
  if (url === '') throw new WrongValue('url expected, got an empty string')
  return url
}

/** A tracker as a url, as `{url = ..., tier = ...}`, or as an entry of some torrent's list. */
function readTracker(api: Api, L: State, idx: number): Tracker {
  const { lua } = api
  if (lua.type(L, idx) === LuaType.string) return { url: nonEmpty(readText(lua, L, idx)) }
  const entry = api.test(L, idx, announceEntryClass)
  if (entry !== undefined) return { url: entry.url, tier: entry.tier }
  const { url, tier } = readFields<Tracker>(lua, L, idx, trackerFields)
  if (url === undefined) throw new WrongValue("field 'url' expected")
  return tier === undefined ? { url } : { url, tier }
}

/** Trackers of a torrent. */
export const trackerMembers: readonly (MethodMember<HandleValue> | PropertyMember<HandleValue>)[] = [
  {
    kind: 'method',
    name: 'add_tracker',
    signature: '(tracker: string|AnnounceEntry|{url: string, tier?: integer})',
    doc: 'Adds a tracker, last in its tier (0 when none is given). One that is there already stays as it is.',
    origin: 'own',
    call: (api, L, self) => {
      const tracker = api.argument(2, () => readTracker(api, L, 2))
      api.call('torrents.trackers.add', { ...keyOf(self.torrent), ...tracker })
      return 0
    },
  },
  {
    kind: 'method',
    name: 'force_reannounce',
    signature:
      '(seconds?: integer|{seconds?: integer, tracker_index?: integer, flags?: integer|table}, tracker_index?: integer, flags?: integer|{ignore_min_interval?: boolean})',
    doc:
      'Asks trackers again, after `seconds` (0 by default), but not before the least interval that they gave is over. ' +
      '`tracker_index` is the place in `trackers()` counted from 0; -1, the default, means all that are in use. With ' +
      'the flag `{ignore_min_interval = true}`, or `torrent.ignore_min_interval`, they are asked even before that ' +
      'interval is over. The three may be one table. No effect while the torrent is paused.',
    origin: 'seed',
    call: (api, L, self) => {
      api.call('torrents.trackers.reannounce', { ...keyOf(self.torrent), ...readReannounce(api, L) })
      return 0
    },
  },
  {
    kind: 'property',
    name: 'ignore_min_interval',
    type: 'integer',
    doc: 'The flag of `force_reannounce`: 1.',
    origin: 'own',
    get: (api, L) => api.lua.pushInteger(L, ignoreMinInterval),
  },
  {
    kind: 'method',
    name: 'replace_trackers',
    signature: '(trackers: (string|AnnounceEntry|{url: string, tier?: integer})[])',
    doc: 'Replaces all trackers; an empty list takes them all away. Those that are gone hear that the torrent stopped.',
    origin: 'own',
    call: (api, L, self) => {
      const trackers = api.argument(2, () => readList(api.lua, L, 2, (_, S, idx) => readTracker(api, S, idx)))
      api.call('torrents.trackers.replace', { ...keyOf(self.torrent), trackers })
      return 0
    },
  },
  {
    kind: 'method',
    name: 'scrape_tracker',
    signature: '(tracker_index?: integer)',
    doc:
      'Asks a tracker how large the swarm is, also while the torrent is paused. `tracker_index` is the place in ' +
      '`trackers()` counted from 0; -1, the default, means the one that answered last, else the first. Returns at once; ' +
      'the answer is in `trackers()` and in `num_complete` and `num_incomplete` of the status when it is there.',
    origin: 'own',
    call: (api, L, self) => {
      const tracker_index = api.lua.isNoneOrNil(L, 2) ? -1 : api.argument(2, () => readIndex(api.lua, L, 2))
      api.call('torrents.trackers.scrape', { ...keyOf(self.torrent), tracker_index })
      return 0
    },
  },
  listMember(
    'trackers',
    'AnnounceEntry',
    'The trackers, sorted by tier, in the order in which they are asked: one that works comes first in its tier, ' +
      'one that failed last. What is known of them is from the time since the daemon started.',
    'seed',
    (api, torrent) => api.call('torrents.trackers.list', torrent).trackers,
    (api, L, entry) => api.push(L, announceEntryClass, entry),
  ),
]
