import type { Pointer, State } from '../vm/c-api.ts'
import { LuaError } from '../vm/errors.ts'
import type { HostFunction, Lua } from '../vm/lua.ts'
import { systemFailure } from './errno.ts'
import { pushFailure } from './results.ts'
import type { Stream } from './stream.ts'

/** An open file of the script. */
export interface OpenFile {
  readonly stream: Stream
  /** Standard files stay open whatever the script does. */
  readonly standard?: boolean
  /** Set when it is closed, for those who keep it at hand. */
  closed?: boolean
  /** Closes and pushes the results of `close`. Throws the errors of node:fs. */
  close(L: State): number
}

const typeName = 'FILE*'

/**
 * The userdata that scripts hold for files. An open one is found by its address: its block does not move, and
 * `__gc` or `close` removes it before the address can mean something else. A block that is not found is closed.
 */
export class FileTable {
  readonly #lua: Lua
  readonly #open = new Map<Pointer, OpenFile>()

  constructor(lua: Lua) {
    this.#lua = lua
  }

  /** Makes the metatable, with the given methods as its `__index` (an open table, as in Lua). */
  createMetatable(methods: Record<string, HostFunction>): void {
    const lua = this.#lua
    const { raw, L } = lua
    raw._luaL_newmetatable(L, lua.name(typeName))
    const collect = lua.define((S) => this.#collect(S))
    lua.setFunction(L, '__gc', collect)
    lua.setFunction(L, '__close', collect)
    lua.setFunction(L, '__tostring', (S) => {
      this.#check(S)
      const pointer = raw._lua_touserdata(S, 1)
      lua.pushText(S, this.#open.has(pointer) ? `file (0x${pointer.toString(16)})` : 'file (closed)')
      return 1
    })
    raw._lua_createtable(L, 0, 8)
    for (const [name, method] of Object.entries(methods)) lua.setFunction(L, name, method)
    raw._lua_setfield(L, -2, lua.name('__index'))
    lua.pop(L, 1)
  }

  /** Pushes a userdata that counts as closed until `attach` gives it its file. */
  push(L: State): Pointer {
    const pointer = this.#lua.raw._lua_newuserdatauv(L, 1, 0)
    this.#lua.raw._luaL_setmetatable(L, this.#lua.name(typeName))
    return pointer
  }

  attach(pointer: Pointer, file: OpenFile): void {
    this.#open.set(pointer, file)
  }

  /** The open file at an index; undefined when it is closed or something else. */
  find(L: State, idx: number): OpenFile | undefined {
    return this.#open.get(this.#lua.raw._lua_touserdata(L, idx))
  }

  /** 'file', 'closed file', or undefined for anything else. */
  kind(L: State, idx: number): 'file' | 'closed file' | undefined {
    if (this.#lua.raw._luaL_testudata(L, idx, this.#lua.name(typeName)) === 0) return undefined
    return this.find(L, idx) ? 'file' : 'closed file'
  }

  /** The open file in the first argument, or the error that fits. */
  check(L: State): OpenFile {
    const file = this.find(L, 1)
    if (file) return file
    this.#check(L)
    throw new LuaError('attempt to use a closed file')
  }

  #check(L: State): void {
    if (this.kind(L, 1) === undefined) this.#lua.typeError(L, 1, typeName)
  }

  /** Closes the file at an index and pushes the results of `close`. */
  close(L: State, idx: number): number {
    const pointer = this.#lua.raw._lua_touserdata(L, idx)
    const file = this.#open.get(pointer) as OpenFile
    // Before closing: a file whose close fails is closed all the same.
    if (!file.standard) this.#forget(pointer, file)
    try {
      return file.close(L)
    } catch (error) {
      return pushFailure(this.#lua, L, error)
    }
  }

  #forget(pointer: Pointer, file: OpenFile): void {
    this.#open.delete(pointer)
    file.closed = true
  }

  #collect(L: State): number {
    this.#check(L)
    if (this.find(L, 1)) this.close(L, 1)
    return 0
  }

  /**
   * Writes what any file has buffered, as before a command is started. Failures are left: the bytes stay in their
   * buffer, and the file's own next `flush` or `close` fails in turn.
   */
  flushAll(): void {
    for (const file of this.#open.values()) {
      try {
        file.stream.flush()
      } catch (error) {
        if (systemFailure(error) === undefined) throw error
      }
    }
  }

  /** Forgets every open file that is not a standard one and gives them, for the end of the program. */
  takeAll(): OpenFile[] {
    const taken: OpenFile[] = []
    for (const [pointer, file] of this.#open) {
      if (file.standard) continue
      this.#forget(pointer, file)
      taken.push(file)
    }
    return taken
  }
}
