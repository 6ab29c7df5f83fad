import { type FieldReaders, readInteger, readText } from '../../api/convert.ts'
import { LuaType, type State } from '../../vm/c-api.ts'
import { WrongValue } from '../../vm/errors.ts'
import type { Lua } from '../../vm/lua.ts'
import type { Hop } from './redirect.ts'

/** What a script may say of a request beside where it goes. */
export interface RequestOptions {
  method: string
  headers: [string, string][]
  body: Uint8Array
  timeout: number
  redirects: number
}

/** How many redirects can be asked for: more are a loop. */
const mostRedirects = 50

export const optionReaders: FieldReaders<RequestOptions> = {
  method: readText,
  headers: readHeaders,
  body: readBytes,
  timeout: readSeconds,
  redirects: (lua, L, idx) => readInteger(lua, L, idx, 0, mostRedirects),
}

/** The request that the options describe: GET, or POST with a body, unless they name a method. */
export function hopOf(url: URL, { method, headers, body }: Partial<RequestOptions>): Hop {
  return {
    url,
    method: (method || (body?.length ? 'POST' : 'GET')).toUpperCase(),
    headers: headers ?? [],
    body,
  }
}

/** Throws WrongValue for what is no URL of HTTP. */
export function readUrl(lua: Lua, L: State, idx: number): URL {
  const text = readText(lua, L, idx)
  if (!URL.canParse(text)) throw new WrongValue(`'${text}' is no URL; it begins with http:// or https://`)
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new WrongValue(`'${text}' is neither http:// nor https://`)
  }
  return url
}

function readSeconds(lua: Lua, L: State, idx: number): number {
  if (lua.type(L, idx) !== LuaType.number)
    throw new WrongValue(`number expected, got ${lua.typeName(L, idx)}`)
  const seconds = lua.raw._lua_tonumberx(L, idx, 0)
  if (!(seconds > 0 && seconds <= 0x7fffffff / 1000))
    throw new WrongValue(`seconds above 0 expected, got ${seconds}`)
  return seconds
}

function readBytes(lua: Lua, L: State, idx: number): Uint8Array {
  if (lua.type(L, idx) !== LuaType.string)
    throw new WrongValue(`string expected, got ${lua.typeName(L, idx)}`)
  return lua.bytes(L, idx) as Uint8Array
}

/** Values are bytes, as RFC 9110 has them; Node takes those as latin1. */
function readHeaders(lua: Lua, L: State, idx: number): [string, string][] {
  const { raw } = lua
  if (lua.type(L, idx) !== LuaType.table) throw new WrongValue(`table expected, got ${lua.typeName(L, idx)}`)
  const headers: [string, string][] = []
  const table = raw._lua_absindex(L, idx)
  raw._luaL_checkstack(L, 4, 0)
  raw._lua_pushnil(L)
  while (raw._lua_next(L, table)) {
    const [name, value] = [lua.type(L, -2), lua.type(L, -1)]
    if (name !== LuaType.string || value !== LuaType.string) {
      throw new WrongValue(
        `names and values that are strings expected, got ${lua.typeName(L, -1)} at [${lua.display(L, -2)}]`,
      )
    }
    headers.push([lua.text(L, -2) as string, Buffer.from(lua.view(L, -1) as Uint8Array).toString('latin1')])
    lua.pop(L, 1)
  }
  return headers
}
