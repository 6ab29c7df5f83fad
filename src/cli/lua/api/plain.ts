import { LuaType, type State } from '../vm/c-api.ts'
import type { Api, ApiClass, MethodMember, PropertyMember } from './describe.ts'

/**
 * Pushes what an object of the API holds as plain data: tables, texts, numbers and booleans, all the way down. What is
 * nil is not there. False, and nothing pushed, when something else is at the index.
 */
export function pushPlain(api: Api, L: State, idx: number): boolean {
  const object = api.objectAt(L, idx)
  if (object === undefined) return false
  const { raw } = api
  raw._luaL_checkstack(L, 12, 0)
  raw._lua_createtable(L, 0, 0)
  const table = raw._lua_gettop(L)
  const next = object.cls.pairs?.(api, object.value)
  if (next) while (next(L)) raw._lua_rawset(L, table)
  else for (const member of dataOf(object.cls)) setMember(api, L, table, member, object.value)
  return true
}

type DataMember<T> = PropertyMember<T> | MethodMember<T>

/** The members that make up an object's data. */
function dataOf<T>(cls: ApiClass<T>): DataMember<T>[] {
  return cls.members.filter(
    (member): member is DataMember<T> =>
      member.kind !== 'static' && (cls.isData?.(member.name) ?? member.kind === 'property'),
  )
}

function setMember<T>(api: Api, L: State, table: number, member: DataMember<T>, self: T): void {
  const { raw, lua } = api
  lua.pushText(L, member.name)
  if (member.kind === 'property') member.get(api, L, self)
  else member.call(api, L, self)
  makePlain(api, L)
  if (lua.type(L, -1) === LuaType.nil) raw._lua_settop(L, table)
  else raw._lua_rawset(L, table)
}

/** Puts the plain data of the value on top of the stack in its place: of an object, or of those in a list. */
function makePlain(api: Api, L: State): void {
  const { raw, lua } = api
  const top = raw._lua_gettop(L)
  if (lua.type(L, top) === LuaType.userdata) {
    if (!pushPlain(api, L, top)) return
    raw._lua_copy(L, -1, top)
    raw._lua_settop(L, top)
  } else if (lua.type(L, top) === LuaType.table) {
    for (let i = 1n; raw._lua_rawgeti(L, top, i) === LuaType.userdata; i++) {
      makePlain(api, L)
      raw._lua_rawseti(L, top, i)
    }
    raw._lua_settop(L, top)
  }
}
