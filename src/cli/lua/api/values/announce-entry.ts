import { visible } from '../../../../program/visible.ts'
import { pushList } from '../convert.ts'
import type { ApiClass, PropertyMember } from '../describe.ts'
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

const members: readonly (Omit<PropertyMember<AnnounceEntryValue>, 'get' | 'kind' | 'origin'> & {
  name: Name
})[] = [
  { name: 'url', type: 'string', doc: 'Where it announces to.' },
  { name: 'tier', type: 'integer', doc: 'Trackers of tier 0 are asked first.' },
  { name: 'trackerid', type: 'string', doc: 'The last id the tracker handed out, or "".' },
  { name: 'fail_limit', type: 'integer', doc: 'Given up after so many failures; 0 for never.' },
  {
    name: 'source',
    type: 'integer',
    doc: 'Bits: 1 torrent file, 2 added later, 4 magnet link or given when adding, 8 told by peers.',
  },
  { name: 'verified', type: 'boolean', doc: 'Whether it ever answered correctly.' },
]

export const announceEntryClass: ApiClass<AnnounceEntryValue> = {
  name: 'AnnounceEntry',
  doc: 'A tracker of a torrent.',
  origin: 'porla',
  members: [
    ...members.map(
      (member): PropertyMember<AnnounceEntryValue> => ({
        ...member,
        kind: 'property',
        origin: 'porla',
        get: ({ lua }, L, self) => {
          const value = self[member.name]
          if (typeof value === 'string') lua.pushText(L, value)
          else if (typeof value === 'boolean') lua.pushBoolean(L, value)
          else lua.pushInteger(L, value)
        },
      }),
    ),
    {
      kind: 'property',
      name: 'endpoints',
      type: 'AnnounceEndpoint[]',
      doc: 'One per listening socket that used it; empty before that.',
      origin: 'porla',
      get: (api, L, self) =>
        pushList(api.lua, L, self.endpoints, (endpoint) => api.push(L, announceEndpointClass, endpoint)),
    },
  ],
  text: (self) => `AnnounceEntry (${visible(self.url)})`,
}
