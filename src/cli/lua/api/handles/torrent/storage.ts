import { ArgumentError } from '../../../vm/errors.ts'
import type { MethodMember } from '../../describe.ts'
import { absolutePath } from '../../paths.ts'
import { keyOf } from '../../values/torrent-ref.ts'
import type { HandleValue } from '../handle-value.ts'

/** Where the files of a torrent are. */
export const storageMembers: readonly MethodMember<HandleValue>[] = [
  {
    kind: 'method',
    name: 'move_storage',
    signature: '(path: string)',
    doc:
      'Moves all files to another folder, which is created; files of the same names there are replaced. Returns at ' +
      'once: `moving_storage` is true until it is done, and `save_path` changes then. It ends in the event ' +
      '`torrent_moved`, or in `torrent_move_failed`, and then nothing has changed. ' +
      "A relative path starts at the script's current folder. Before the metadata " +
      'is there only the path changes.',
    origin: 'seed',
    call: (api, L, self) => {
      const path = api.lua.checkText(L, 2)
      if (path === '') throw new ArgumentError(2, 'path expected, got an empty string')
      api.call('torrents.move', { ...keyOf(self.torrent), path: absolutePath(api, path) })
      return 0
    },
  },
]
