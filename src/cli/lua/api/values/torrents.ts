import type { CreateRequest } from '../../../make-torrent/make-torrent.ts'
import { LuaType, type State } from '../../vm/c-api.ts'
import { LuaError, WrongValue } from '../../vm/errors.ts'
import type { Lua } from '../../vm/lua.ts'
import { type FieldReaders, readBoolean, readFields, readInteger, readList, readText } from '../convert.ts'
import type { ApiModule } from '../describe.ts'
import { absolutePath } from '../paths.ts'
import { createTorrent } from './create-torrent.ts'

/** `{'a', 'b'}`: one tier each; `{{'a', 'b'}, {'c'}}`: a and b share the first tier. */
function readTiers(lua: Lua, L: State, idx: number): string[][] {
  return readList(lua, L, idx, (_lua, S, at) =>
    lua.type(S, at) === LuaType.table ? readList(lua, S, at, readText) : [readText(lua, S, at)],
  ).filter((tier) => tier.length > 0)
}

/** BEP 3 asks for a power of two; libtorrent takes no less than one block. */
function readPieceSize(lua: Lua, L: State, idx: number): number {
  const size = readInteger(lua, L, idx, 16 * 1024, 128 * 1024 * 1024)
  if (!Number.isInteger(Math.log2(size))) throw new WrongValue(`a power of two expected, got ${size}`)
  return size
}

const readers: FieldReaders<CreateRequest> = {
  path: readText,
  piece_size: readPieceSize,
  trackers: readTiers,
  comment: readText,
  private: readBoolean,
  creator: readText,
  web_seeds: (lua, L, idx) => readList(lua, L, idx, readText),
}

export const torrentsModule: ApiModule = {
  name: 'torrents',
  doc: 'Torrents apart from any session.',
  origin: 'own',
  members: [
    {
      kind: 'static',
      name: 'create',
      signature:
        '(options: {path: string, piece_size?: integer, trackers?: string[]|string[][], comment?: string, ' +
        'private?: boolean, creator?: string, web_seeds?: string[]}): string',
      doc:
        'The bytes of a new torrent file for a file or folder on disk: all that is in it, hidden and empty files ' +
        'too, in byte order of their names. `piece_size` in bytes, a power of two from 16384; `trackers` a list ' +
        'with a tier each, or a list of tiers. Raises an error that names the file that cannot be read.',
      origin: 'own',
      call: (api, L) => {
        const options = api.argument(1, () => readFields<CreateRequest>(api.lua, L, 1, readers))
        const { path } = options
        if (!path) throw new LuaError("torrents.create needs a path: torrents.create{path = 'folder'}")
        api.host.settle()
        api.lua.pushBytes(L, createTorrent({ ...options, path: absolutePath(api, path) }))
        return 1
      },
    },
  ],
}
