import { visible } from '../../../../program/visible.ts'
import { announceEntryDocs } from '../../../../rpc/contract/docs/announce.ts'
import { pushList } from '../convert.ts'
import type { ApiClass } from '../describe.ts'
import { plainProperties } from '../plain-members.ts'
import { announceEndpointClass, type EndpointValue } from './announce-endpoint.ts'

/** A tracker of a torrent. `source` is libtorrent's bit mask. */
export interface AnnounceEntryValue {
  url: string
  tier: number
  trackerid: string
  fail_limit: number
  source: number
  verified: boolean
  endpoints: readonly EndpointValue[]
}

/** libtorrent's announce_entry::source_torrent. */
export const sourceTorrentFile = 1

type Name = Exclude<keyof AnnounceEntryValue, 'endpoints'>

const types: { readonly [K in Name]: string } = {
  url: 'string',
  tier: 'integer',
  trackerid: 'string',
  fail_limit: 'integer',
  source: 'integer',
  verified: 'boolean',
}

export const announceEntryClass: ApiClass<AnnounceEntryValue> = {
  name: 'AnnounceEntry',
  doc: 'A tracker of a torrent.',
  origin: 'porla',
  members: [
    ...plainProperties(types, announceEntryDocs),
    {
      kind: 'property',
      name: 'endpoints',
      type: 'AnnounceEndpoint[]',
      ...announceEntryDocs.endpoints,
      origin: 'porla',
      get: (api, L, self) =>
        pushList(api.lua, L, self.endpoints, (endpoint) => api.push(L, announceEndpointClass, endpoint)),
    },
  ],
  text: (self) => `AnnounceEntry (${visible(self.url)})`,
}
