import { Type } from 'typebox'
import { method, nothing, object } from './method.ts'
import { torrentKey } from './types.ts'

const url = Type.String({ description: 'http or https' })

/** Methods about the web seeds of a torrent (BEP 19). */
export const urlSeedMethods = {
  'torrents.url_seeds.list': method({
    params: object(torrentKey),
    result: object({ url_seeds: Type.Array(Type.String(), { description: 'urls' }) }),
    changes: false,
    doc: 'Lists the web seeds of a torrent: those of its file or link, and those that were added.',
  }),
  'torrents.url_seeds.add': method({
    params: object({ ...torrentKey, url }),
    result: nothing,
    changes: true,
    doc: 'Adds a web seed, which a running torrent uses at once; one that is there already stays as it is.',
  }),
  'torrents.url_seeds.remove': method({
    params: object({ ...torrentKey, url: Type.String({ description: 'as it is listed' }) }),
    result: nothing,
    changes: true,
    doc: 'Removes a web seed, also one of the torrent file; nothing happens when it is not there.',
  }),
}
