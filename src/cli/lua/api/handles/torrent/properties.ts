import type { Params, Result } from '../../../../../rpc/contract/index.ts'
import { int32, readInteger } from '../../convert.ts'
import type { MethodMember } from '../../describe.ts'
import { keyOf } from '../../values/torrent-ref.ts'
import type { HandleValue } from '../handle-value.ts'

type Method = MethodMember<HandleValue>
type Name = Exclude<keyof Result<'torrents.properties.get'>, 'flags'>

/** A limit and its setter. */
function limit(name: Name, unit: string, what: string, unlimited: string): Method[] {
  return [
    {
      kind: 'method',
      name,
      signature: '(): integer',
      doc: `${what}${unit}; ${unlimited} when it is unlimited.`,
      origin: 'seed',
      call: (api, L, self) => {
        api.lua.pushInteger(L, api.call('torrents.properties.get', keyOf(self.torrent))[name])
        return 1
      },
    },
    {
      kind: 'method',
      name: `set_${name}`,
      signature: '(limit: integer)',
      doc: `${what}${unit}; 0 or less is unlimited. Counts at once.`,
      origin: 'seed',
      call: (api, L, self) => {
        const value = api.argument(2, () => readInteger(api.lua, L, 2, int32.low, int32.high))
        const change = { [name]: value } as Pick<Params<'torrents.properties.set'>, Name>
        api.call('torrents.properties.set', { ...keyOf(self.torrent), ...change })
        return 0
      },
    },
  ]
}

/** Limits of a torrent, under those of its session. */
export const propertyMembers: readonly Method[] = [
  ...limit('download_limit', ' in bytes/s', 'Limit of what comes in, protocol included,', '-1'),
  ...limit('upload_limit', ' in bytes/s', 'Limit of what goes out, protocol included,', '-1'),
  ...limit('max_connections', '', 'Most connections', '16777215'),
  ...limit('max_uploads', '', 'Most peers that are unchoked', '16777215'),
]
