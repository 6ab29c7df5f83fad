import { visible } from '../../../../program/visible.ts'
import { LuaType, type State } from '../../vm/c-api.ts'
import { readText } from '../convert.ts'
import type { Api, ApiClass, MethodMember } from '../describe.ts'
import { plainMethod } from '../plain-members.ts'
import { changeUserData, readUserData, type UserDataValue } from './user-data.ts'

type Method = MethodMember<UserDataValue>

const argument = (api: Api, L: State): string => api.argument(2, () => readText(api.lua, L, 2))
const tagsOf = (api: Api, self: UserDataValue): string[] => readUserData(api, self).tags

function pushIf(api: Api, L: State, tag: string, there: boolean): void {
  if (there) api.lua.pushText(L, tag)
  else api.lua.pushNil(L)
}

function lookUp(name: string): Method {
  return {
    kind: 'method',
    name,
    signature: '(tag: string): string?',
    doc: 'The tag itself when it is there, otherwise nil.',
    origin: 'porla',
    call: (api, L, self) => {
      const tag = argument(api, L)
      pushIf(api, L, tag, tagsOf(api, self).includes(tag))
      return 1
    },
  }
}

function change(name: string, how: 'add_tags' | 'remove_tags', doc: string): Method {
  const call: Method['call'] = (api, L, self) => {
    changeUserData(api, self, { [how]: [argument(api, L)] })
    return 0
  }
  return { kind: 'method', name, signature: '(tag: string)', doc, origin: 'seed', call }
}

export const tagsClass: ApiClass<UserDataValue> = {
  name: 'Tags',
  doc: 'The tags of a torrent: a set of strings without order. Live, as the object they belong to.',
  origin: 'seed',
  operators: [
    '`tags.name` is `"name"` when the tag is there, otherwise nil; for a tag that is called like a method use `has`.',
    '`tags.name = true` adds (so does false), `tags.name = nil` removes.',
    '`#tags`, `tags[i]`, `pairs(tags)` and `ipairs(tags)` count from 1.',
    'Two reads of `tags` are never equal: compare what is in them.',
  ],
  members: [
    change('add', 'add_tags', 'Adds a tag; nothing happens when it is there.'),
    {
      kind: 'method',
      name: 'clear',
      signature: '()',
      doc: 'Removes all tags.',
      origin: 'porla',
      call: (api, _L, self) => {
        changeUserData(api, self, { tags: [] })
        return 0
      },
    },
    plainMethod(
      'empty',
      'boolean',
      'Whether there are no tags.',
      'porla',
      (self, api) => tagsOf(api, self).length === 0,
    ),
    change('erase', 'remove_tags', 'Removes a tag; nothing happens when it is not there.'),
    lookUp('find'),
    lookUp('get'),
    {
      kind: 'method',
      name: 'has',
      signature: '(tag: string): boolean',
      doc: 'Whether the tag is there.',
      origin: 'own',
      call: (api, L, self) => {
        const tag = argument(api, L)
        api.lua.pushBoolean(L, tagsOf(api, self).includes(tag))
        return 1
      },
    },
    plainMethod('size', 'integer', 'Number of tags.', 'porla', (self, api) => tagsOf(api, self).length),
  ],
  length: (self, api) => tagsOf(api, self).length,
  read: (api, L, self) => {
    const type = api.lua.type(L, 2)
    if (type !== LuaType.string && type !== LuaType.number) return false
    const tags = tagsOf(api, self)
    const tag = type === LuaType.string ? readText(api.lua, L, 2) : tags[(api.lua.integer(L, 2) ?? 0) - 1]
    pushIf(api, L, tag ?? '', tag !== undefined && tags.includes(tag))
    return true
  },
  write: (api, L, self) => {
    if (api.lua.type(L, 2) !== LuaType.string) return false
    const tag = readText(api.lua, L, 2)
    const change = api.lua.isNoneOrNil(L, 3) ? { remove_tags: [tag] } : { add_tags: [tag] }
    changeUserData(api, self, change)
    return true
  },
  pairs: (api, self) => {
    const tags = [...tagsOf(api, self)]
    let i = 0
    return (L) => {
      const tag = tags[i++]
      if (tag === undefined) return false
      api.lua.pushInteger(L, i)
      api.lua.pushText(L, tag)
      return true
    }
  },
  text: (self, api) => `Tags (${visible(tagsOf(api, self).join(', '))})`,
}
