import { type Dir, opendirSync } from 'node:fs'
import type { Api, ApiClass } from '../../api/describe.ts'
import { systemFailure } from '../../stdlib/errno.ts'
import { type ByteString, checkFileName, pathOf, pushByteString, readable } from '../../stdlib/names.ts'
import type { State } from '../../vm/c-api.ts'
import { ArgumentError, LuaError } from '../../vm/errors.ts'

/** A folder that is read entry by entry. */
export class Directory {
  readonly path: ByteString
  readonly #dir: Dir
  /** C's readdir gives these two, Node leaves them out. */
  readonly #dots = ['.', '..']
  #open = true

  constructor(path: ByteString) {
    this.path = path
    this.#dir = opendirSync(pathOf(path), { encoding: 'latin1' })
  }

  /** The next name; undefined at the end, which closes. Throws ArgumentError once closed. */
  next(): ByteString | undefined {
    if (!this.#open) throw new ArgumentError(1, 'closed directory')
    const name = this.#dots.shift() ?? this.#dir.readSync()?.name
    if (name === undefined) this.close()
    return name
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#dir.closeSync()
  }
}

/** Pushes the next name, nil at the end. */
function pushNext(api: Api, L: State, directory: Directory): number {
  const name = directory.next()
  if (name === undefined) api.lua.pushNil(L)
  else pushByteString(api.lua, L, name)
  return 1
}

export const directoryClass: ApiClass<Directory> = {
  name: 'Directory',
  doc: 'A folder that is being read. It is closed at the end of its `for` loop and when it is collected.',
  origin: 'own',
  members: [
    {
      kind: 'method',
      name: 'next',
      signature: '(): string?',
      doc: 'The next name; nil at the end. Raises an error behind that.',
      origin: 'own',
      call: pushNext,
    },
    {
      kind: 'method',
      name: 'close',
      signature: '()',
      doc: 'Ends the reading; nothing happens when it has ended.',
      origin: 'own',
      call: (_api, _L, self) => {
        self.close()
        return 0
      },
    },
  ],
  text: (self) => `Directory (${readable(self.path)})`,
  metamethods: {
    __close: (api) => (L) => {
      api.test(L, 1, directoryClass)?.close()
      return 0
    },
  },
  collected: (self) => self.close(),
}

/** Pushes the four values of `lfs.dir` that a `for` takes: iterator, object, nil, and what it closes. */
export function pushDirectory(api: Api, L: State): number {
  const path = checkFileName(api.lua, L, 1)
  let directory: Directory
  try {
    directory = new Directory(path)
  } catch (error) {
    const failure = systemFailure(error)
    if (failure === undefined) throw error
    throw new LuaError(`cannot open ${readable(path)}: ${failure.message}`)
  }
  api.pushIterator(L, (S) => pushNext(api, S, directory))
  api.push(L, directoryClass, directory)
  api.lua.pushNil(L)
  api.raw._lua_pushvalue(L, -2)
  return 4
}
