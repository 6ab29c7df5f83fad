import type { Handlers, Method } from '../../rpc/contract/index.ts'
import type { porlaMethods } from '../../rpc/contract/porla.ts'
import { addTorrent } from '../session/actions/add.ts'
import { addRequestInTurns } from '../session/actions/add-request.ts'
import { magnetUriOf } from '../session/actions/magnet-uri.ts'
import type { Sessions } from '../session/sessions.ts'
import { infoHashOf } from '../session/torrent/record.ts'
import { statusOf } from '../session/torrent/status.ts'
import { verifiedPieces } from '../session/torrent/verified-pieces.ts'
import { controlHandlers } from './control.ts'
import { fileHandlers } from './files.ts'
import { finder, holderOf } from './find.ts'
import { listTorrents } from './list.ts'
import { peerHandlers } from './peers.ts'
import { isPorlaList, porlaList } from './porla-list.ts'
import { type Presets, withPreset } from './presets.ts'
import { propertyHandlers } from './properties.ts'
import { removing } from './removing.ts'
import { storageHandlers } from './storage.ts'
import { trackerHandlers } from './trackers.ts'
import { urlSeedHandlers } from './url-seeds.ts'
import { userDataHandlers } from './user-data.ts'

/** Handlers of `torrents.*`. */
export function torrentHandlers(
  sessions: Sessions,
  presets: Presets,
): Pick<Handlers, Exclude<Extract<Method, `torrents.${string}`>, keyof typeof porlaMethods>> {
  const find = finder(sessions)

  return {
    ...storageHandlers(find),
    ...controlHandlers(find),
    ...propertyHandlers(find),
    ...userDataHandlers(find),
    ...fileHandlers(find),
    ...peerHandlers(find),
    ...urlSeedHandlers(find),
    ...trackerHandlers(find),
    'torrents.add': async (params) => {
      const full = withPreset(params, presets)
      const session = sessions.get(full.session)
      const understood = addRequestInTurns(full)
      // What is understood is added at once, so that requests take effect in their order.
      const request = understood instanceof Promise ? await understood : understood
      const { record, added, warnings } = addTorrent(session, request)
      return { session: session.name, info_hash: infoHashOf(record), added, warnings }
    },
    'torrents.remove': removing(sessions, find),
    'torrents.list': (params, peer) => {
      const answer = isPorlaList(params)
        ? porlaList(sessions, params)
        : listTorrents(sessions.get(params.session), params)
      peer.hold(answer)
      return answer
    },
    'torrents.find': (key) => {
      const [session, record] = holderOf(sessions, key) ?? []
      return { session: session?.name ?? null, info_hash: record ? infoHashOf(record) : null }
    },
    'torrents.status': (key) => {
      const [session, record] = find(key)
      return statusOf(record, session.statusContext())
    },
    'torrents.pieces': (key) => {
      const [session, record] = find(key)
      return { pieces: base64(verifiedPieces(session.store, record)), num_pieces: record.row.pieces }
    },
    'torrents.metadata.get': (key) => {
      const [session, record] = find(key)
      const bytes = session.torrentFile(record)
      return { ti: bytes && base64(bytes) }
    },
    'torrents.magnet_uri': (key) => {
      const [session, record] = find(key)
      return { magnet_uri: magnetUriOf(session, record) }
    },
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
