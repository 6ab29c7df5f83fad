import type { FileEntry } from '../../../../metainfo/index.ts'
import type { State } from '../../vm/c-api.ts'
import { ArgumentError } from '../../vm/errors.ts'
import type { Api, ApiClass, MethodMember } from '../describe.ts'
import { plainMethod, pushScalar } from '../plain-members.ts'

/** The file of argument 1, an index from 0 as in libtorrent. */
function fileAt(api: Api, L: State, files: readonly FileEntry[]): FileEntry {
  const index = api.lua.checkInteger(L, 2)
  const file = files[index]
  if (file === undefined) {
    throw new ArgumentError(2, `file index ${index} is out of range: there are ${files.length} files, from 0`)
  }
  return file
}

/** A method that says something of the file at an index. */
function ofFile(
  name: string,
  type: 'string' | 'integer',
  doc: string,
  value: (file: FileEntry) => string | number,
): MethodMember<readonly FileEntry[]> {
  const signature = `(index: integer): ${type}`
  const call: MethodMember<readonly FileEntry[]>['call'] = (api, L, files) => {
    pushScalar(api.lua, L, value(fileAt(api, L, files)))
    return 1
  }
  return { kind: 'method', name, signature, doc, origin: 'porla', call }
}

export const fileStorageClass: ApiClass<readonly FileEntry[]> = {
  name: 'FileStorage',
  doc: 'The files of a torrent. Indexes count from 0, as in libtorrent; one that is out of range is an error.',
  origin: 'porla',
  global: true,
  members: [
    ofFile('file_name', 'string', 'Last element of the path.', (file) => file.name),
    ofFile('file_path', 'string', 'Path below the save path, top folder included.', (file) => file.path),
    ofFile('file_size', 'integer', 'Size in bytes.', (file) => file.size),
    plainMethod(
      'num_files',
      'integer',
      'Number of files, pad files included.',
      'own',
      (files) => files.length,
    ),
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
