import { Type } from 'typebox'
import { method, object } from './method.ts'
import { FlagChanges, flagNames, int32, torrentKey, Warnings } from './types.ts'

/** libtorrent takes an int. */
const set = (what: string) =>
  Type.Optional(Type.Integer({ ...int32, description: `${what}; 0 or less: unlimited` }))

const rate = (what: string) => Type.Integer({ description: `${what}, bytes/s; -1: unlimited` })

const most = (what: string) => Type.Integer({ description: `${what}; 16777215: unlimited, as in libtorrent` })

/** Methods about the limits and flags of a torrent. */
export const propertyMethods = {
  'torrents.properties.get': method({
    params: object(torrentKey),
    result: object({
      download_limit: rate('all bytes in'),
      upload_limit: rate('all bytes out'),
      max_connections: most('connections'),
      max_uploads: most('unchoked peers'),
      flags: Type.Array(Type.Enum(flagNames), { description: 'the flags that are set' }),
    }),
    changes: false,
    doc: 'Returns limits and flags of a torrent as libtorrent reads them.',
  }),
  'torrents.properties.set': method({
    params: object({
      ...torrentKey,
      download_limit: set('bytes/s'),
      upload_limit: set('bytes/s'),
      max_connections: set('connections'),
      max_uploads: set('unchoked peers'),
      flags: Type.Optional(FlagChanges),
    }),
    result: object({ warnings: Warnings }),
    changes: true,
    doc: 'Changes limits and flags; what is left out stays. They apply at once to the peers that are connected.',
  }),
}
