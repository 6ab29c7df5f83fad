import { type Pointer, registryIndex, type State } from '../vm/c-api.ts'
import { LuaError } from '../vm/errors.ts'
import type { Lua } from '../vm/lua.ts'
import type { FileTable, OpenFile } from './files.ts'

export type Default = 'input' | 'output'

/** The files that `io.read` and `io.write` use, kept alive in the registry. */
export class DefaultFiles {
  readonly #lua: Lua
  readonly #files: FileTable
  /** Registry keys that no script can have: addresses. */
  readonly #keys: Record<Default, Pointer>
  /** Beside the registry, so that each `io.write` need not look its file up. */
  readonly #current: Partial<Record<Default, OpenFile>> = {}

  constructor(lua: Lua, files: FileTable) {
    this.#lua = lua
    this.#files = files
    const block = lua.raw._malloc(2)
    this.#keys = { input: block, output: block + 1 }
  }

  /** Makes the open file on top of the stack a default file and pops it. */
  set(L: State, which: Default): void {
    this.#current[which] = this.#files.find(L, -1) as OpenFile
    this.#lua.raw._lua_rawsetp(L, registryIndex, this.#keys[which])
  }

  /** Pushes a default file, open or closed. */
  push(L: State, which: Default): void {
    this.#lua.raw._lua_rawgetp(L, registryIndex, this.#keys[which])
  }

  /** Pushes a default file and gives it; it is an error when it is closed. */
  pushOpen(L: State, which: Default): OpenFile {
    this.#lua.raw._lua_rawgetp(L, registryIndex, this.#keys[which])
    const file = this.#current[which] as OpenFile
    if (file.closed) throw new LuaError(`default ${which} file is closed`)
    return file
  }
}
