import type { State } from '../vm/c-api.ts'
import type { Lua } from '../vm/lua.ts'
import type { Api, MethodMember, Origin, PropertyMember } from './describe.ts'

/** A value that Lua has a type of its own for; a number is a whole one. */
type Scalar = string | number | boolean

/** Pushes it as what it is. */
export function pushScalar(lua: Lua, L: State, value: Scalar): void {
  if (typeof value === 'string') lua.pushText(L, value)
  else if (typeof value === 'boolean') lua.pushBoolean(L, value)
  else lua.pushInteger(L, value)
}

/** Read-only properties of the fields of an object: `types` has the Lua type of each, `docs` what it means. */
export function plainProperties<N extends string>(
  types: Readonly<Record<N, string>>,
  docs: Readonly<Record<NoInfer<N>, { readonly doc: string; readonly unit?: string }>>,
): PropertyMember<Readonly<Record<N, Scalar>>>[] {
  return (Object.keys(types) as N[]).map((name) => ({
    kind: 'property',
    name,
    type: types[name],
    ...docs[name],
    origin: 'porla',
    get: ({ lua }, L, self) => pushScalar(lua, L, self[name]),
  }))
}

/** A method without arguments that returns one value. */
export function plainMethod<T>(
  name: string,
  type: 'string' | 'integer' | 'boolean',
  doc: string,
  origin: Origin,
  value: (self: T, api: Api) => Scalar,
): MethodMember<T> {
  const call: MethodMember<T>['call'] = (api, L, self) => {
    pushScalar(api.lua, L, value(self, api))
    return 1
  }
  return { kind: 'method', name, signature: `(): ${type}`, doc, origin, call }
}
