import fs from 'node:fs'
import path from 'node:path'
import { registryIndex, type State } from '../vm/c-api.ts'
import type { Lua } from '../vm/lua.ts'
import { Descriptor } from './descriptor.ts'
import { failureCode } from './errno.ts'
import type { OpenFile } from './files.ts'
import { type ByteString, pathOf } from './names.ts'
import { Stream } from './stream.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

/** The modes of `io.open` (liolib's l_checkmode): "r", "w", "a", then "+", then "b". */
export const modePattern = /^[rwa]\+?b*$/

/**
 * Runs a call that opens a file. When there are too many open, those that the script has lost are collected and
 * closed first: Lua does not know that descriptors are scarce.
 */
export class Opener {
  readonly #lua: Lua
  readonly #collect: number
  /** Runs before a read of a pipe, which may have to wait for its writer. */
  beforeWait: (() => void) | undefined

  /** To be made before a script can replace `collectgarbage`. */
  constructor(lua: Lua) {
    this.#lua = lua
    lua.raw._lua_getglobal(lua.L, lua.name('collectgarbage'))
    this.#collect = lua.raw._luaL_ref(lua.L, registryIndex)
  }

  /** Opens a file by a mode of `io.open`. Throws the errors of node:fs. */
  open(L: State, name: ByteString, mode: string): OpenFile {
    const update = mode.includes('+')
    const append = mode.startsWith('a')
    const flags = mode.replace('b', '').slice(0, update ? 2 : 1)
    const fd = this.retry(L, () => fs.openSync(pathOf(name), flags, 0o666))
    const readable = update || mode.startsWith('r')
    return this.wrap(fd, { readable, writable: update || !mode.startsWith('r'), append })
  }

  /** A file that has no name, or soon none. */
  openTemporary(L: State): OpenFile {
    const { fd, name } = inTemporaryFolder((folder) => this.createTemporary(L, folder))
    fs.unlinkSync(name)
    return this.wrap(fd, { readable: true, writable: true, append: false })
  }

  /** Makes a new empty file in a folder, under a name that nobody has taken, readable by its owner only. */
  createTemporary(L: State, folder: string): { fd: number; name: string } {
    for (;;) {
      const name = path.join(folder, `lua_${Math.random().toString(36).slice(2, 8)}`)
      try {
        return { fd: this.retry(L, () => fs.openSync(name, 'wx+', 0o600)), name }
      } catch (error) {
        if (failureCode(error) !== 'EEXIST') throw error
      }
    }
  }

  retry<T>(L: State, call: () => T): T {
    try {
      return call()
    } catch (error) {
      if (failureCode(error) !== 'EMFILE') throw error
    }
    const { raw } = this.#lua
    raw._lua_rawgeti(L, registryIndex, BigInt(this.#collect))
    raw._lua_callk(L, 0, 0, 0, 0)
    return call()
  }

  wrap(fd: number, options: { readable: boolean; writable: boolean; append: boolean }): OpenFile {
    const stream = new Stream(this.#lua.raw, new Descriptor(fd, options), options)
    if (stream.descriptor.kind !== 'file') stream.beforeRead = this.beforeWait
    return {
      stream,
      close: (L) => {
        stream.close()
        this.#lua.pushBoolean(L, true)
        return 1
      },
    }
  }
}
