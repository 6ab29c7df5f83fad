import type { FileEntry } from '../../../../metainfo/index.ts'
import type { State } from '../../vm/c-api.ts'
import { ArgumentError } from '../../vm/errors.ts'
import type { Api, ApiClass } from '../describe.ts'

/** The file of argument 1, an index from 0 as in libtorrent. */
function fileAt(api: Api, L: State, files: readonly FileEntry[]): FileEntry {
  const index = api.lua.checkInteger(L, 2)
  const file = files[index]
  if (file === undefined) {
    throw new ArgumentError(2, `file index ${index} is out of range: there are ${files.length} files, from 0`)
  }
  return file
}

export const fileStorageClass: ApiClass<readonly FileEntry[]> = {
  name: 'FileStorage',
  doc: 'The files of a torrent. Indexes count from 0, as in libtorrent; one that is out of range is an error.',
  origin: 'porla',
  global: true,
  members: [
    {
      kind: 'method',
      name: 'file_name',
      signature: '(index: integer): string',
      doc: 'Last element of the path.',
      origin: 'porla',
      call: (api, L, files) => {
        api.lua.pushText(L, fileAt(api, L, files).name)
        return 1
      },
    },
    {
      kind: 'method',
      name: 'file_path',
      signature: '(index: integer): string',
      doc: 'Path below the save path, top folder included.',
      origin: 'porla',
      call: (api, L, files) => {
        api.lua.pushText(L, fileAt(api, L, files).path)
        return 1
      },
    },
    {
      kind: 'method',
      name: 'file_size',
      signature: '(index: integer): integer',
      doc: 'Size in bytes.',
      origin: 'porla',
      call: (api, L, files) => {
        api.lua.pushInteger(L, fileAt(api, L, files).size)
        return 1
      },
    },
    {
      kind: 'method',
      name: 'num_files',
      signature: '(): integer',
      doc: 'Number of files, pad files included.',
      origin: 'own',
      call: (api, L, files) => {
        api.lua.pushInteger(L, files.length)
        return 1
      },
    },
  ],
  length: (files) => files.length,
  operators: [
    '`#fs` is the number of files.',
    '`pairs(fs)` goes through all files as tables with `name`, `path` and `size`; indexes count from 1 there.',
  ],
  pairs: ({ lua, raw }, files) => {
    let i = 0
    return (L) => {
      const file = files[i++]
      if (file === undefined) return false
      lua.pushInteger(L, i)
      raw._lua_createtable(L, 0, 3)
      lua.pushText(L, file.name)
      raw._lua_setfield(L, -2, lua.name('name'))
      lua.pushText(L, file.path)
      raw._lua_setfield(L, -2, lua.name('path'))
      lua.pushInteger(L, file.size)
      raw._lua_setfield(L, -2, lua.name('size'))
      return true
    }
  },
  text: (files) => `FileStorage (${files.length} files)`,
}
