import {
  compilePql,
  fieldsOf,
  formatPql,
  PqlError,
  type PqlFilter,
  type PqlStatusField,
  type PqlSubject,
  parsePql,
} from '../../../pql/index.ts'
import type { TorrentStatus } from '../../../rpc/contract/types.ts'
import type { Api, ApiClass, ApiModule } from '../api/describe.ts'
import { torrentStatusClass } from '../api/handles/status.ts'
import { statusFields } from '../api/handles/status-value.ts'
import { LuaError } from '../vm/errors.ts'

/** A query that was parsed. */
export interface FilterValue {
  readonly text: string
  readonly includes: PqlFilter
  readonly fields: readonly PqlStatusField[]
}

function parse(text: string): FilterValue {
  try {
    const expression = parsePql(text)
    return {
      text: formatPql(expression),
      includes: compilePql(expression),
      fields: [...fieldsOf(expression)],
    }
  } catch (error) {
    if (!(error instanceof PqlError)) throw error
    throw new LuaError(`${error.message}\n${error.excerpt}`)
  }
}

/** A parsed query as an object. */
export const filterClass: ApiClass<FilterValue> = {
  name: 'Filter',
  doc: 'A parsed query. It can be used for any number of torrents.',
  origin: 'porla',
  operators: ['`tostring(filter)` is the query in its usual spelling.'],
  members: [
    {
      kind: 'method',
      name: 'includes',
      signature: '(status: TorrentStatus): boolean',
      doc: 'Whether the query is true of a torrent as that status shows it; `age` counts until now.',
      origin: 'porla',
      call: (api: Api, L, self) => {
        const status = api.check(L, 2, torrentStatusClass)
        const subject: Partial<TorrentStatus> = statusFields(api, status, self.fields)
        api.lua.pushBoolean(L, self.includes(subject as PqlSubject, Math.floor(Date.now() / 1000)))
        return 1
      },
    },
  ],
  text: (self) => self.text,
}

export const modules: readonly ApiModule[] = [
  {
    name: 'pql',
    doc:
      'Queries over torrents, such as `size > 10gb and not is:seeding`; docs/pql.md has the language. ' +
      '`session:torrents(query)` filters in the daemon, which is faster than going through all.',
    origin: 'porla',
    classes: [filterClass],
    members: [
      {
        kind: 'static',
        name: 'parse',
        signature: '(text: string): Filter',
        doc: 'Parses a query. Raises an error that shows the place where it is wrong.',
        origin: 'porla',
        call: (api, L) => {
          api.push(L, filterClass, parse(api.lua.checkText(L, 1)))
          return 1
        },
      },
    ],
  },
]
