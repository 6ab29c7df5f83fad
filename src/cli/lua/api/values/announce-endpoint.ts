import { announceEndpointDocs, announceInfoHashDocs } from '../../../../rpc/contract/docs/announce.ts'
import type { Result } from '../../../../rpc/contract/index.ts'
import { pushList } from '../convert.ts'
import type { ApiClass } from '../describe.ts'
import { plainProperties } from '../plain-members.ts'

export type EndpointValue = Result<'torrents.trackers.list'>['trackers'][number]['endpoints'][number]
type InfoHashValue = EndpointValue['info_hashes'][0]

/** Lua type of each property. */
const infoHashTypes: { readonly [K in keyof InfoHashValue]: string } = {
  fails: 'integer',
  message: 'string',
  last_error: 'string',
  next_announce: 'integer',
  min_announce: 'integer',
  updating: 'boolean',
  start_sent: 'boolean',
  complete_sent: 'boolean',
  scrape_complete: 'integer',
  scrape_incomplete: 'integer',
  scrape_downloaded: 'integer',
}

export const announceInfoHashClass: ApiClass<InfoHashValue> = {
  name: 'AnnounceInfoHash',
  doc: 'What is known of one info hash of a torrent at one tracker.',
  origin: 'porla',
  members: plainProperties(infoHashTypes, announceInfoHashDocs),
  text: ({ fails }) => `AnnounceInfoHash (${fails} failures)`,
}

export const announceEndpointClass: ApiClass<EndpointValue> = {
  name: 'AnnounceEndpoint',
  doc: 'A tracker as asked from one listening socket.',
  origin: 'porla',
  members: [
    {
      kind: 'property',
      name: 'enabled',
      type: 'boolean',
      ...announceEndpointDocs.enabled,
      origin: 'porla',
      get: ({ lua }, L, self) => lua.pushBoolean(L, self.enabled),
    },
    {
      kind: 'property',
      name: 'info_hashes',
      type: 'AnnounceInfoHash[]',
      ...announceEndpointDocs.info_hashes,
      origin: 'porla',
      get: (api, L, self) =>
        pushList(api.lua, L, self.info_hashes, (hash) => api.push(L, announceInfoHashClass, hash)),
    },
    {
      kind: 'method',
      name: 'local_endpoint',
      signature: '(): string, integer',
      ...announceEndpointDocs.local_endpoint,
      origin: 'porla',
      call: ({ lua }, L, { local_endpoint: [address, port] }) => {
        lua.pushText(L, address)
        lua.pushInteger(L, port)
        return 2
      },
    },
  ],
  text: ({ local_endpoint: [address, port] }) => `AnnounceEndpoint (${address}:${port})`,
}
