import type { Params } from '../../../rpc/contract/index.ts'
import type { State } from '../vm/raw.ts'
import { LuaType } from '../vm/raw.ts'
import { announceEntryClass } from './announce-entry.ts'
import type { Api } from './api.ts'
import { type MethodMember, WrongValue } from './describe.ts'
import type { HandleValue } from './torrent-handle.ts'
import { keyOf } from './torrent-ref.ts'
import { type FieldReaders, int32, pushList, readFields, readInteger, readList, readText } from './values.ts'

type Tracker = Params<'torrents.trackers.replace'>['trackers'][number]

const trackerFields: FieldReaders<Tracker> = {
  url: (lua, L, idx) => nonEmpty(readText(lua, L, idx)),
  tier: (lua, L, idx) => readInteger(lua, L, idx, 0, 255),
}

const reannounceFields: FieldReaders<{ seconds?: number; tracker_index?: number }> = {
  seconds: (lua, L, idx) => readInteger(lua, L, idx, 0, int32.high),
  tracker_index: (lua, L, idx) => readInteger(lua, L, idx, -1, int32.high),
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
export const trackerMembers: readonly MethodMember<HandleValue>[] = [
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
    signature: '(options?: {seconds?: integer, tracker_index?: integer})',
    doc:
      'Asks trackers again, after `seconds` (0 by default), but not before the least interval that they gave is over. ' +
      '`tracker_index` is the place in `trackers()` counted from 0; -1, the default, means all that are in use. No ' +
      'effect while the torrent is paused.',
    origin: 'seed',
    call: (api, L, self) => {
      const options = api.lua.isNoneOrNil(L, 2)
        ? {}
        : api.argument(2, () =>
            readFields<{ seconds?: number; tracker_index?: number }>(api.lua, L, 2, reannounceFields),
          )
      api.call('torrents.trackers.reannounce', { ...keyOf(self.torrent), ...options })
      return 0
    },
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
    name: 'trackers',
    signature: '(): AnnounceEntry[]',
    doc:
      'The trackers, sorted by tier, in the order in which they are asked: one that works comes first in its tier, ' +
      'one that failed last. What is known of them is from the time since the daemon started.',
    origin: 'seed',
    call: (api, L, self) => {
      const { trackers } = api.call('torrents.trackers.list', keyOf(self.torrent))
      pushList(api.lua, L, trackers, (entry) => api.push(L, announceEntryClass, entry))
      return 1
    },
  },
]
