import fs from 'node:fs'
import { LuaStatus, type State } from '../vm/c-api.ts'
import { LuaError } from '../vm/errors.ts'
import type { Lua } from '../vm/lua.ts'
import { systemFailure } from './errno.ts'
import { type ByteString, pathOf } from './names.ts'
import type { Stream } from './stream.ts'

/** Where Lua code comes from: a file by its name, or an open stream. */
export type ChunkSource = { readonly file: ByteString } | { readonly stdin: Stream }

const luaErrorFile = 6

/**
 * Loads a chunk and pushes its function, or the message of what went wrong; gives the status as luaL_loadfilex does.
 * A byte order mark and a first line that starts with "#" are skipped. `mode` as in `load`.
 */
export function loadChunk(lua: Lua, L: State, source: ChunkSource, mode?: ByteString): number {
  let code: Uint8Array
  if ('file' in source) {
    try {
      code = readFile(source.file)
    } catch (error) {
      const failure = systemFailure(error)
      if (failure === undefined) throw error
      // The file opens, but cannot be read: a folder.
      const what = failure.message === 'Is a directory' ? 'read' : 'open'
      lua.pushBytes(
        L,
        Buffer.concat([
          Buffer.from(`cannot ${what} `),
          pathOf(source.file),
          Buffer.from(`: ${failure.message}`),
        ]),
      )
      return luaErrorFile
    }
  } else {
    source.stdin.readAll(L)
    code = lua.bytes(L, -1) as Uint8Array
    lua.pop(L, 1)
  }
  return loadBytes(lua, L, skipFirstLine(code), 'file' in source ? `@${source.file}` : '=stdin', mode)
}

/** As luaL_loadbufferx, for any bytes and any name. */
export function loadBytes(lua: Lua, L: State, code: Uint8Array, name: ByteString, mode?: ByteString): number {
  const { raw } = lua
  const block = lua.allocate(code)
  const chunkName = lua.allocate(Buffer.from(`${name}\0`, 'latin1'))
  const modeText = mode === undefined ? 0 : lua.allocate(Buffer.from(`${mode}\0`, 'latin1'))
  try {
    return raw._luaL_loadbufferx(L, block, code.length, chunkName, modeText)
  } finally {
    raw._free(block)
    raw._free(chunkName)
    raw._free(modeText)
  }
}

/** True for the status of a chunk that was loaded. */
export function isLoaded(status: number): boolean {
  return status === LuaStatus.ok
}

/** Throws LuaError for a file that is larger than the VM's memory. */
function readFile(name: ByteString): Uint8Array {
  try {
    return fs.readFileSync(pathOf(name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_FS_FILE_TOO_LARGE') throw error
    throw new LuaError('not enough memory', { position: false })
  }
}

/** The newline of a skipped line stays, so that line numbers are right; in front of a binary chunk it goes too. */
function skipFirstLine(code: Uint8Array): Uint8Array {
  const start = code[0] === 0xef && code[1] === 0xbb && code[2] === 0xbf ? 3 : 0
  if (code[start] !== 0x23) return code.subarray(start)
  const newline = code.indexOf(0x0a, start)
  if (newline < 0) return code.subarray(code.length)
  return code.subarray(code[newline + 1] === 0x1b ? newline + 1 : newline)
}
