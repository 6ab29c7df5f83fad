import { LuaType, type State } from '../../vm/c-api.ts'
import { LuaError } from '../../vm/errors.ts'
import type { Lua } from '../../vm/lua.ts'
import { readInteger, readText } from '../convert.ts'
import type { Api, ApiClass } from '../describe.ts'

/** A writable list of an object. `items` belongs to the object, so changes are seen there. */
export interface ListValue {
  readonly items: (string | number)[]
  /** What an item must be. */
  readonly of: ItemType
}

/** Reads one item; throws WrongValue. */
export type ItemType = (lua: Lua, L: State, idx: number) => string | number

export const textItem: ItemType = readText
export const integerItem =
  (low: number, high: number): ItemType =>
  (lua, L, idx) =>
    readInteger(lua, L, idx, low, high)

function pushItem(api: Api, L: State, item: string | number | undefined): void {
  if (item === undefined) api.lua.pushNil(L)
  else if (typeof item === 'string') api.lua.pushText(L, item)
  else api.lua.pushInteger(L, item)
}

export const listClass: ApiClass<ListValue> = {
  name: 'List',
  doc: 'A list inside another object: a change is a change of that object. Indexes count from 1.',
  origin: 'porla',
  operators: [
    '`#list`, `list[i]` (nil out of range), `pairs(list)` and `ipairs(list)` read.',
    '`list[i] = v` replaces, `list[#list + 1] = v` appends, `list[#list] = nil` removes the last item.',
  ],
  members: [
    {
      kind: 'method',
      name: 'add',
      signature: '(value: string|integer)',
      doc: 'Appends a value.',
      origin: 'porla',
      call: (api, L, self) => {
        self.items.push(api.argument(2, () => self.of(api.lua, L, 2)))
        return 0
      },
    },
  ],
  length: (self) => self.items.length,
  text: (self) => `List (${self.items.length} items)`,
  read: (api, L, self) => {
    if (api.lua.type(L, 2) !== LuaType.number) return false
    const index = api.lua.integer(L, 2)
    pushItem(api, L, index === undefined ? undefined : self.items[index - 1])
    return true
  },
  write: (api, L, { items, of }) => {
    if (api.lua.type(L, 2) !== LuaType.number) return false
    const index = api.lua.integer(L, 2)
    const last = items.length
    if (index !== undefined && index === last && last > 0 && api.lua.isNoneOrNil(L, 3)) items.pop()
    else if (index !== undefined && index >= 1 && index <= last + 1) items[index - 1] = of(api.lua, L, 3)
    else throw new LuaError(`index ${api.lua.display(L, 2)} is out of range: the list has ${last} items`)
    return true
  },
  pairs: (api, { items }) => {
    let i = 0
    return (L) => {
      if (i >= items.length) return false
      api.lua.pushInteger(L, i + 1)
      pushItem(api, L, items[i++])
      return true
    }
  },
}
