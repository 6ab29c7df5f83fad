import { peerDocs } from '../../../../rpc/contract/docs/peer.ts'
import type { PeerInfo } from '../../../../rpc/contract/peers.ts'
import type { ApiClass, Origin, PropertyMember } from '../describe.ts'

type Name = keyof PeerInfo

const types: { readonly [K in Name]: 'string' | 'integer' | 'number' } = {
  client: 'string',
  progress: 'number',
  down_speed: 'integer',
  up_speed: 'integer',
  total_download: 'integer',
  total_upload: 'integer',
  download_queue_length: 'integer',
  busy_requests: 'integer',
  rtt: 'integer',
  last_active: 'integer',
  last_request: 'integer',
  download_queue_time: 'integer',
  flags: 'integer',
  source: 'integer',
  connection_type: 'integer',
  address: 'string',
  port: 'integer',
  peer_id: 'string',
}

const own: readonly Name[] = ['address', 'port', 'peer_id']

export const peerInfoClass: ApiClass<PeerInfo> = {
  name: 'PeerInfo',
  doc: 'A connection of a torrent, as it was when it was asked for.',
  origin: 'porla',
  members: (Object.keys(types) as Name[]).map((name): PropertyMember<PeerInfo> => {
    const type = types[name]
    const origin: Origin = own.includes(name) ? 'own' : 'porla'
    return {
      kind: 'property',
      name,
      type,
      ...peerDocs[name],
      origin,
      get: ({ lua }, L, self) => {
        const value = self[name]
        if (typeof value === 'string') lua.pushText(L, value)
        else if (type === 'number') lua.pushNumber(L, value)
        else lua.pushInteger(L, value)
      },
    }
  }),
  text: ({ address, port }) => `PeerInfo (${address}:${port})`,
}
