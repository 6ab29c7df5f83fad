import { decodeExact } from '../vm/byte-text.ts'
import { LuaType, type State } from '../vm/c-api.ts'
import { ArgumentError } from '../vm/errors.ts'
import type { Lua } from '../vm/lua.ts'

/**
 * Names of files, modules and variables are bytes. Here they are strings with one character for each byte
 * ("latin1"), which cross both ways without loss and take ordinary string functions.
 */
export type ByteString = string

/** The bytes of a string or number at an index; undefined for any other type. */
export function byteString(lua: Lua, L: State, idx: number): ByteString | undefined {
  const view = lua.view(L, idx)
  return view && Buffer.from(view.buffer, view.byteOffset, view.length).toString('latin1')
}

/** A string argument; numbers are converted. */
export function checkByteString(lua: Lua, L: State, arg: number): ByteString {
  const type = lua.type(L, arg)
  if (type !== LuaType.string && type !== LuaType.number) lua.typeError(L, arg, 'string')
  return byteString(lua, L, arg) as ByteString
}

/** A string argument that may be absent or nil. */
export function optByteString(lua: Lua, L: State, arg: number): ByteString | undefined {
  return lua.isNoneOrNil(L, arg) ? undefined : checkByteString(lua, L, arg)
}

/**
 * A file name argument. A NUL in it is an error: C would cut the name there and use another file, which helps
 * nobody.
 */
export function checkFileName(lua: Lua, L: State, arg: number): ByteString {
  const name = checkByteString(lua, L, arg)
  if (name.includes('\0')) throw new ArgumentError(arg, 'file name contains a NUL byte')
  return name
}

export function pushByteString(lua: Lua, L: State, text: ByteString): void {
  lua.pushBytes(L, Buffer.from(text, 'latin1'))
}

/** The name as node:fs takes it: the very bytes. */
export function pathOf(name: ByteString): Buffer {
  return Buffer.from(name, 'latin1')
}

/** The name as text for an error message or for Node, which keeps bytes that are not UTF-8 (`encodeExact`). */
export function readable(name: ByteString): string {
  return decodeExact(Buffer.from(name, 'latin1'))
}

/** A string argument out of a list (luaL_checkoption); `fallback` when it is absent. */
export function checkOption<T extends string>(
  lua: Lua,
  L: State,
  arg: number,
  options: readonly T[],
  fallback?: T,
): T {
  if (fallback !== undefined && lua.isNoneOrNil(L, arg)) return fallback
  const name = checkByteString(lua, L, arg)
  const found = options.find((option) => option === name)
  if (found === undefined) throw new ArgumentError(arg, `invalid option '${readable(name)}'`)
  return found
}

/** An integer argument that may be absent or nil. */
export function optInteger(lua: Lua, L: State, arg: number, fallback: number): number {
  return lua.isNoneOrNil(L, arg) ? fallback : lua.checkInteger(L, arg)
}

/** A shell command argument, as text that keeps every byte. C would cut it at a NUL and run another command. */
export function checkCommand(lua: Lua, L: State, arg: number): string {
  const bytes = Buffer.from(checkByteString(lua, L, arg), 'latin1')
  if (bytes.includes(0)) throw new ArgumentError(arg, 'command contains a NUL byte')
  return decodeExact(bytes)
}
