import type { Result } from '../../../../rpc/contract/index.ts'
import { pushList } from '../convert.ts'
import type { ApiClass, PropertyMember } from '../describe.ts'

export type EndpointValue = Result<'torrents.trackers.list'>['trackers'][number]['endpoints'][number]
type InfoHashValue = EndpointValue['info_hashes'][0]

/** Type and description of each property. */
const infoHashProperties: {
  readonly [K in keyof InfoHashValue]: readonly [type: string, doc: string, unit?: string]
} = {
  fails: ['integer', 'Failures in a row.'],
  message: ['string', 'The words of the tracker: a warning, or why it failed; or "".'],
  last_error: [
    'string',
    'Category and number of the last failure, such as `system:111` or `http:404`; `system:0` when there was none. ' +
      'Errors of BitTorrent have a name instead: `libtorrent:tracker_failure`.',
  ],
  next_announce: ['integer', 'When it is asked again; -2147483648 when that is not planned.', 'unix seconds'],
  min_announce: [
    'integer',
    'It is not asked before, whatever a script wants; -2147483648 for never asked.',
    'unix seconds',
  ],
  updating: ['boolean', 'It is being asked.'],
  start_sent: ['boolean', 'It has heard that the torrent started. Begins anew with the torrent.'],
  complete_sent: ['boolean', 'It has heard that the torrent was completed. Begins anew with the torrent.'],
  scrape_complete: ['integer', 'Seeds it knows of; -1 unknown.'],
  scrape_incomplete: ['integer', 'Downloaders it knows of; -1 unknown.'],
  scrape_downloaded: ['integer', 'Completed downloads it knows of; -1 unknown.'],
}

const names = Object.keys(infoHashProperties) as (keyof InfoHashValue)[]

export const announceInfoHashClass: ApiClass<InfoHashValue> = {
  name: 'AnnounceInfoHash',
  doc: 'What is known of one info hash of a torrent at one tracker.',
  origin: 'porla',
  members: names.map((name): PropertyMember<InfoHashValue> => {
    const [type, doc, unit] = infoHashProperties[name]
    return {
      kind: 'property',
      name,
      type,
      doc,
      ...(unit !== undefined && { unit }),
      origin: 'porla',
      get: ({ lua }, L, self) => {
        const value = self[name]
        if (typeof value === 'string') lua.pushText(L, value)
        else if (typeof value === 'boolean') lua.pushBoolean(L, value)
        else lua.pushInteger(L, value)
      },
    }
  }),
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
      doc: 'Whether it is used.',
      origin: 'porla',
      get: ({ lua }, L, self) => lua.pushBoolean(L, self.enabled),
    },
    {
      kind: 'property',
      name: 'info_hashes',
      type: 'AnnounceInfoHash[]',
      doc: 'Two: for the v1 and for the v2 info hash. Torrents run as v1, so the second keeps its defaults.',
      origin: 'porla',
      get: (api, L, self) =>
        pushList(api.lua, L, self.info_hashes, (hash) => api.push(L, announceInfoHashClass, hash)),
    },
    {
      kind: 'method',
      name: 'local_endpoint',
      signature: '(): string, integer',
      doc: 'Address and port that we listen on; "0.0.0.0" and 0 while nothing listens.',
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
