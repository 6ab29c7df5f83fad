import { pushList } from '../../api/convert.ts'
import type { Api, ApiClass } from '../../api/describe.ts'
import { LuaType, type State } from '../../vm/c-api.ts'

/** Header fields of an answer: lower case names to their values, as latin1, in the order of the answer. */
export type Headers = ReadonlyMap<string, readonly string[]>

/** From names and values in turn, as Node gives them. */
export function headersOf(raw: readonly string[]): Headers {
  const headers = new Map<string, string[]>()
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase()
    const value = raw[i + 1] as string
    const values = headers.get(name)
    if (values) values.push(value)
    else headers.set(name, [value])
  }
  return headers
}

/** One value for a name: a field that comes several times is a list (RFC 9110, 5.3), but for Set-Cookie. */
function joined(name: string, values: readonly string[]): string {
  return name === 'set-cookie' ? (values[0] as string) : values.join(', ')
}

const pushValue = (api: Api, L: State, value: string) => api.lua.pushBytes(L, Buffer.from(value, 'latin1'))

/** Fields of an HTTP answer. */
export const headersClass: ApiClass<Headers> = {
  name: 'HttpHeaders',
  doc: 'The header fields of an answer. Values are bytes as they came.',
  origin: 'own',
  operators: [
    '`headers["Content-Type"]` is the value of a field, in whatever case its name is written; nil when the answer has no ' +
      'such field. One that came several times is its values with `, ` in between, `Set-Cookie` the first of them.',
    '`pairs(headers)` goes through the fields: names in lower case, and values.',
  ],
  members: [
    {
      kind: 'method',
      name: 'all',
      signature: '(name: string): string[]',
      doc: 'All values of a field, in the order in which they came; an empty list when there is none.',
      origin: 'own',
      call: (api, L, self) => {
        const values = self.get(api.lua.checkText(L, 2).toLowerCase()) ?? []
        pushList(api.lua, L, values, (value) => pushValue(api, L, value))
        return 1
      },
    },
  ],
  text: (self) => `HttpHeaders (${self.size} fields)`,
  read: (api, L, self) => {
    if (api.lua.type(L, 2) !== LuaType.string) return false
    const name = (api.lua.text(L, 2) ?? '').toLowerCase()
    const values = self.get(name)
    if (values) pushValue(api, L, joined(name, values))
    else api.lua.pushNil(L)
    return true
  },
  pairs: (api, self) => {
    const entries = self.entries()
    return (L) => {
      const { value } = entries.next()
      if (!value) return false
      api.lua.pushText(L, value[0])
      pushValue(api, L, joined(value[0], value[1]))
      return true
    }
  },
}
