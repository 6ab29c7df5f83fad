import { LuaType, type Pointer, registryIndex, type State } from '../vm/c-api.ts'
import { LuaError, WrongValue } from '../vm/errors.ts'
import type { HostFunction } from '../vm/lua.ts'
import { UserdataType } from '../vm/userdata.ts'
import type { Api, ApiClass, MethodMember, PropertyMember } from './describe.ts'
import { isLibtorrentName } from './libtorrent-names.ts'
import { suggestion } from './suggestion.ts'

/** A member that objects have, and what finding it by key and pushing it needs. */
type Bound<T> = { member: PropertyMember<T> } | { member: MethodMember<T>; ref: bigint }

/**
 * Makes the metatable of a class from its members.
 *
 * Keys are compared by address: Lua keeps one copy of every string of up to 40 bytes, so a key equals a member's name
 * exactly if it lies where the name lies, as long as the name is kept alive. This saves decoding each key.
 */
export function bind<T>(api: Api, cls: ApiClass<T>): UserdataType<T> {
  const { lua, raw } = api
  const members = new Map<Pointer, Bound<T>>()
  const names = cls.members.filter((member) => member.kind !== 'static').map((member) => member.name)
  const metamethods: Record<string, HostFunction> = {
    __index: (L) => {
      const self = type.check(L, 1)
      const bound = keyOf(L)
      if (bound === undefined) {
        if (readKey(L, self)) return 1
        if (!readsNil(L)) throw unknown(L)
        lua.pushNil(L)
      } else if (bound.member.kind === 'property') bound.member.get(api, L, self)
      else raw._lua_rawgeti(L, registryIndex, (bound as { ref: bigint }).ref)
      return 1
    },
    __newindex: (L) => {
      const self = type.check(L, 1)
      const member = keyOf(L)?.member
      try {
        if (member === undefined) {
          if (!cls.write?.(api, L, self)) throw unknown(L)
        } else if (member.kind === 'property' && member.set) member.set(api, L, self, 3)
        else throw new LuaError(`'${member.name}' of ${cls.name} cannot be written`)
      } catch (error) {
        if (!(error instanceof WrongValue)) throw error
        throw new LuaError(`bad value for '${lua.display(L, 2)}' of ${cls.name} (${error.message})`)
      }
      return 0
    },
    __tostring: (L) => {
      lua.pushText(L, cls.text?.(type.check(L, 1), api) ?? cls.name)
      return 1
    },
  }
  const { equals, length, pairs } = cls
  if (equals) {
    metamethods.__eq = (L) => {
      const [a, b] = [type.test(L, 1), type.test(L, 2)]
      lua.pushBoolean(L, a !== undefined && b !== undefined && equals(a, b))
      return 1
    }
  }
  if (length) {
    metamethods.__len = (L) => {
      lua.pushInteger(L, length(type.check(L, 1), api))
      return 1
    }
  }
  if (pairs) {
    metamethods.__pairs = (L) => {
      const next = pairs(api, type.check(L, 1))
      api.pushIterator(L, (S) => (next(S) ? 2 : 0))
      return 1
    }
  } else {
    metamethods.__pairs = (L) => {
      type.check(L, 1)
      api.pushNext(L)
      lua.plainOf?.(L, 1)
      return 2
    }
  }
  for (const [name, make] of Object.entries(cls.metamethods ?? {})) metamethods[name] = make(api)

  const type = new UserdataType<T>(lua, cls.name, metamethods, {
    onCollect: (self) => cls.collected?.(self, api),
  })
  keepMembers()
  return type

  /** Keeps names and methods alive in the registry, and finds out where the names lie. */
  function keepMembers(): void {
    const { L } = lua
    for (const member of cls.members) {
      if (member.kind === 'static') continue
      lua.pushName(L, member.name)
      const address = raw._lua_tolstring(L, -1, 0)
      raw._luaL_ref(L, registryIndex)
      if (member.kind === 'property') members.set(address, { member })
      else {
        api.pushFunction(L, (S) => member.call(api, S, type.check(S, 1)))
        members.set(address, { member, ref: BigInt(raw._luaL_ref(L, registryIndex)) })
      }
    }
  }

  function keyOf(L: State): Bound<T> | undefined {
    return lua.type(L, 2) === LuaType.string ? members.get(raw._lua_tolstring(L, 2, 0)) : undefined
  }

  /** A key that is no member. */
  function readKey(L: State, self: T): boolean {
    try {
      return cls.read?.(api, L, self) ?? false
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error
      throw new LuaError(`bad key of ${cls.name} (${error.message})`)
    }
  }

  /** Scripts probe for what libtorrent has and another program may not have: `if status.errc then`. */
  function readsNil(L: State): boolean {
    if (lua.type(L, 2) !== LuaType.string) return false
    const key = lua.text(L, 2) as string
    return isLibtorrentName(cls.name, key) && cls.elsewhere?.(key) === undefined
  }

  function unknown(L: State): LuaError {
    const key = lua.display(L, 2)
    const place = cls.elsewhere?.(key)
    const advice = place === undefined ? suggestion(key, names) : `; it is in ${place}`
    return new LuaError(`no property '${key}' in ${cls.name}${advice}`)
  }
}
