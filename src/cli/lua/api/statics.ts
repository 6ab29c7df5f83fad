import { registryIndex, type State } from '../vm/c-api.ts'
import { LuaError } from '../vm/errors.ts'
import { pushJson } from './convert.ts'
import type { Api, ApiModule, ClassDescription, ConstantMember, StaticMember } from './describe.ts'
import { suggestion } from './suggestion.ts'

/**
 * Pushes the table of a class's or module's static functions. A name that is not there is an error with the nearest
 * one; scripts may add names of their own. Calling a class says how to construct.
 */
export function pushStatics(api: Api, L: State, owner: ClassDescription | ApiModule): void {
  const { raw, lua } = api
  const members: StaticMember[] = []
  const constants: ConstantMember[] = []
  for (const member of owner.members) {
    if (member.kind === 'static') members.push(member)
    else if (member.kind === 'constant') constants.push(member)
  }
  const names = members.map((member) => member.name)
  raw._lua_createtable(L, 0, members.length + constants.length)
  for (const { name, value } of constants) {
    pushJson(lua, L, value)
    raw._lua_setfield(L, -2, lua.name(name))
  }
  for (const { name, call } of members) {
    api.pushFunction(L, (S) => call(api, S))
    raw._lua_setfield(L, -2, lua.name(name))
  }
  raw._lua_createtable(L, 0, 3)
  api.pushFunction(L, (S) => {
    const key = lua.display(S, 2)
    throw new LuaError(`no function '${key}' in ${owner.name}${suggestion(key, names)}`)
  })
  raw._lua_setfield(L, -2, lua.name('__index'))
  api.pushFunction(L, () => {
    const how =
      names.length > 0
        ? `use ${names.map((name) => `${owner.name}.${name}`).join(', ')}`
        : 'it has no constructor'
    throw new LuaError(`${owner.name} cannot be called: ${how}`)
  })
  raw._lua_setfield(L, -2, lua.name('__call'))
  lua.pushText(L, owner.name)
  raw._lua_setfield(L, -2, lua.name('__name'))
  raw._lua_setmetatable(L, -2)
}

/** Makes `require(name)` give a module: `load` is asked for it the first time. What it throws is the error of `require`. */
export function preload(api: Api, name: string, load: () => ApiModule): void {
  const { raw, lua } = api
  const { L } = lua
  // LUA_PRELOAD_TABLE: where `require` looks, even if the script has replaced `package.preload`.
  raw._luaL_getsubtable(L, registryIndex, lua.name('_PRELOAD'))
  api.pushFunction(L, (S) => {
    pushModule(api, S, load())
    return 1
  })
  raw._lua_setfield(L, -2, lua.name(name))
  lua.pop(L, 1)
}

/** Pushes what `require` of a module gives. */
function pushModule(api: Api, L: State, module: ApiModule): void {
  const { callable, data } = module
  if (data) data.push(api, L)
  else if (callable) api.pushFunction(L, (S) => callable.call(api, S))
  else pushStatics(api, L, module)
}
