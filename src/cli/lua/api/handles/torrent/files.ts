import { getBit } from '../../../../../metainfo/bits.ts'
import { ArgumentError } from '../../../vm/errors.ts'
import { int32, readInteger, readList } from '../../convert.ts'
import type { MethodMember } from '../../describe.ts'
import { keyOf } from '../../values/torrent-ref.ts'
import type { HandleValue } from '../handle-value.ts'
import { integerList } from './list-member.ts'

/** What a torrent has of its files and pieces, and what it wants of them. */
export const fileMembers: readonly MethodMember<HandleValue>[] = [
  integerList(
    'file_priorities',
    'Priority of each file, 0 (not wanted) to 7. Before metadata what was given, possibly nothing.',
    'porla',
    (api, torrent) => api.call('torrents.files.priorities', torrent).priorities,
  ),
  integerList(
    'file_progress',
    'Bytes of each file that are there, unfinished pieces included. Empty before metadata.',
    'own',
    (api, torrent) => api.call('torrents.files.progress', torrent).progress,
  ),
  {
    kind: 'method',
    name: 'flush_cache',
    signature: '()',
    doc:
      'Closes the files that are open, as in libtorrent: one that was deleted or replaced is noticed at the next read. ' +
      'Nothing waits to be written: a piece is on disk as soon as it is verified.',
    origin: 'seed',
    call: (api, _L, self) => {
      api.call('torrents.files.close', keyOf(self.torrent))
      return 0
    },
  },
  {
    kind: 'method',
    name: 'have_piece',
    signature: '(index: integer): boolean',
    doc: 'Whether a piece is verified. Indexes count from 0; always false before metadata.',
    origin: 'own',
    call: (api, L, self) => {
      const index = api.argument(2, () => readInteger(api.lua, L, 2, int32.low, int32.high))
      const { pieces, num_pieces } = api.call('torrents.pieces', keyOf(self.torrent))
      if (num_pieces > 0 && (index < 0 || index >= num_pieces)) {
        throw new ArgumentError(2, `piece ${index} is out of range: there are ${num_pieces} pieces, from 0`)
      }
      api.lua.pushBoolean(L, num_pieces > 0 && getBit(Buffer.from(pieces, 'base64'), index))
      return 1
    },
  },
  {
    kind: 'method',
    name: 'prioritize_files',
    signature: '(priorities: integer[])',
    doc:
      'Sets the priority of each file: 0 (not wanted) to 7. Files past the end of the list get 4; a number that is no ' +
      'priority counts as 7.',
    origin: 'porla',
    call: (api, L, self) => {
      const read = () =>
        readList(api.lua, L, 2, (lua, S, idx) => readInteger(lua, S, idx, int32.low, int32.high))
      const priorities = api.argument(2, read)
      api.call('torrents.files.prioritize', { ...keyOf(self.torrent), priorities })
      return 0
    },
  },
]
