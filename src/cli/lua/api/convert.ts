import { decodeExact } from '../vm/byte-text.ts'
import { LuaType, type State } from '../vm/c-api.ts'
import { WrongValue } from '../vm/errors.ts'
import type { Lua } from '../vm/lua.ts'
import { suggestion } from './suggestion.ts'

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function expected(lua: Lua, L: State, idx: number, what: string): never {
  throw new WrongValue(`${what} expected, got ${lua.typeName(L, idx)}`)
}

/** Text in UTF-8, since it goes to the daemon as text. A number is taken as its text, as Lua's own functions do. */
export function readText(lua: Lua, L: State, idx: number): string {
  const type = lua.type(L, idx)
  if (type !== LuaType.string && type !== LuaType.number) expected(lua, L, idx, 'string')
  try {
    return strict.decode(lua.view(L, idx))
  } catch {
    throw new WrongValue('text in UTF-8 expected, got other bytes')
  }
}

/** A string of any bytes, as text that keeps them (`encodeExact`). */
export function readExact(lua: Lua, L: State, idx: number): string {
  if (lua.type(L, idx) !== LuaType.string) expected(lua, L, idx, 'string')
  return decodeExact(lua.view(L, idx) as Uint8Array)
}

/** libtorrent's `int`: limits, settings and times are of this type there. */
export const int32 = { low: -(2 ** 31), high: 2 ** 31 - 1 } as const

/**
 * A whole number in a range; without one, any that a double holds exactly, since it goes to the daemon as JSON. Text
 * that Lua would convert is taken, as Lua's own functions do.
 */
export function readInteger(
  lua: Lua,
  L: State,
  idx: number,
  low: number = Number.MIN_SAFE_INTEGER,
  high: number = Number.MAX_SAFE_INTEGER,
): number {
  const value = lua.bigInteger(L, idx)
  if (value === undefined) {
    if (lua.raw._lua_isnumber(L, idx)) throw new WrongValue('number has no integer representation')
    expected(lua, L, idx, 'integer')
  }
  if (value < low || value > high) {
    const open = value < low && high === Number.MAX_SAFE_INTEGER && low !== Number.MIN_SAFE_INTEGER
    const range = open ? `at least ${low}` : `${low} to ${high}`
    throw new WrongValue(`${range} expected, got ${value}`)
  }
  return Number(value)
}

export function readBoolean(lua: Lua, L: State, idx: number): boolean {
  if (lua.type(L, idx) !== LuaType.boolean) expected(lua, L, idx, 'boolean')
  return lua.raw._lua_toboolean(L, idx) !== 0
}

/** A sequence: a Lua table or one of our lists. Items are read with `read`; an error names the position. */
export function readList<T>(
  lua: Lua,
  L: State,
  idx: number,
  read: (lua: Lua, L: State, idx: number) => T,
): T[] {
  const { raw } = lua
  const type = lua.type(L, idx)
  if (type !== LuaType.table && type !== LuaType.userdata) expected(lua, L, idx, 'table')
  if (type === LuaType.userdata) {
    if (!raw._luaL_getmetafield(L, idx, lua.name('__len'))) expected(lua, L, idx, 'table')
    lua.pop(L, 1)
  }
  const at = raw._lua_absindex(L, idx)
  const length = raw._luaL_len(L, at)
  const items: T[] = []
  raw._luaL_checkstack(L, 3, 0)
  for (let i = 1; i <= length; i++) {
    raw._lua_geti(L, at, BigInt(i))
    try {
      items.push(read(lua, L, -1))
    } catch (error) {
      throw error instanceof WrongValue ? new WrongValue(`${error.message} at [${i}]`) : error
    }
    lua.pop(L, 1)
  }
  return items
}

/** How the fields of an argument table are read, by name; the value is at the top of the stack. */
export type FieldReaders<T> = {
  readonly [K in keyof T]-?: (lua: Lua, L: State, idx: number) => NonNullable<T[K]>
}

/** An argument table whose names are known: `{remove_files = true}`. A name that is not known is an error. */
export function readFields<T extends object>(
  lua: Lua,
  L: State,
  idx: number,
  readers: FieldReaders<T>,
): Partial<T> {
  const { raw } = lua
  if (lua.type(L, idx) !== LuaType.table) expected(lua, L, idx, 'table')
  const fields: Partial<T> = {}
  raw._luaL_checkstack(L, 4, 0)
  const at = raw._lua_absindex(L, idx)
  raw._lua_pushnil(L)
  while (raw._lua_next(L, at)) {
    // The key must not be converted in place, or lua_next loses its way.
    const name = lua.type(L, -2) === LuaType.string ? (lua.text(L, -2) as string) : lua.display(L, -2)
    if (!Object.hasOwn(readers, name)) {
      throw new WrongValue(`unknown field '${name}'${suggestion(name, Object.keys(readers))}`)
    }
    try {
      fields[name as keyof T] = readers[name as keyof T](lua, L, -1)
    } catch (error) {
      throw error instanceof WrongValue ? new WrongValue(`field '${name}': ${error.message}`) : error
    }
    lua.pop(L, 1)
  }
  return fields
}

/** A plain sequence. */
export function pushList<T>(lua: Lua, L: State, items: readonly T[], push: (item: T) => void): void {
  const { raw } = lua
  raw._luaL_checkstack(L, 4, 0)
  raw._lua_createtable(L, items.length, 0)
  let i = 1n
  for (const item of items) {
    push(item)
    raw._lua_rawseti(L, -2, i++)
  }
}

/** A value that came as JSON; null becomes nil. */
export function pushJson(lua: Lua, L: State, value: unknown): void {
  const { raw } = lua
  raw._luaL_checkstack(L, 4, 0)
  if (typeof value === 'string') lua.pushText(L, value)
  else if (typeof value === 'boolean') lua.pushBoolean(L, value)
  else if (typeof value === 'number') pushNumber(lua, L, value)
  else if (Array.isArray(value)) pushList(lua, L, value, (item) => pushJson(lua, L, item))
  else if (typeof value === 'object' && value !== null) {
    raw._lua_createtable(L, 0, 0)
    for (const [key, item] of Object.entries(value)) {
      lua.pushText(L, key)
      pushJson(lua, L, item)
      raw._lua_rawset(L, -3)
    }
  } else lua.pushNil(L)
}

/** An integer if the number is one. */
function pushNumber(lua: Lua, L: State, value: number): void {
  if (Number.isSafeInteger(value)) lua.pushInteger(L, value)
  else lua.pushNumber(L, value)
}

/** Pushes nil and a message, as Lua's own functions fail, and returns 2. */
export function pushNilAndMessage(lua: Lua, L: State, message: string): number {
  lua.pushNil(L)
  lua.pushText(L, message)
  return 2
}
