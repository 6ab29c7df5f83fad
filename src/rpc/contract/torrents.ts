import { Type } from 'typebox'
import { method, object } from './method.ts'
import { Metadata, porlaListParams, TorrentListItem } from './porla.ts'
import {
  Bytes64,
  Count,
  category,
  FlagChanges,
  InfoHash,
  InfoHashParam,
  int32,
  TorrentStatus,
  torrentKey,
  Warnings,
} from './types.ts'

const session = Type.Optional(Type.String({ description: 'name of the session; default `default`' }))
const limit = (what: string) =>
  Type.Optional(Type.Integer({ ...int32, description: `${what}; 0 or less: unlimited` }))

/** Methods about torrents. */
export const torrentMethods = {
  'torrents.add': method({
    params: object({
      session,
      preset: Type.Optional(
        Type.String({
          description:
            'name of a preset: its values, and before them those of the preset `default`, stand for what is left out here',
        }),
      ),
      ti: Type.Optional(Bytes64),
      magnet_uri: Type.Optional(Type.String()),
      info_hash: Type.Optional(InfoHashParam),
      save_path: Type.Optional(
        Type.String({
          description: 'absolute; created when first written to; needed unless a preset has it',
        }),
      ),
      name: Type.Optional(Type.String()),
      trackers: Type.Optional(Type.Array(Type.String())),
      tracker_tiers: Type.Optional(Type.Array(Type.Integer({ minimum: 0, maximum: 255 }))),
      trackerid: Type.Optional(Type.String()),
      url_seeds: Type.Optional(Type.Array(Type.String())),
      peers: Type.Optional(Type.Array(Type.String({ description: 'host:port' }))),
      file_priorities: Type.Optional(Type.Array(Type.Integer({ minimum: 0, maximum: 7 }))),
      download_limit: limit('bytes/s'),
      upload_limit: limit('bytes/s'),
      max_connections: limit('connections'),
      max_uploads: limit('unchoked peers'),
      flags: Type.Optional(FlagChanges),
      category: Type.Optional(category),
      tags: Type.Optional(Type.Array(Type.String())),
      http_seeds: Type.Optional(
        Type.Array(Type.String(), { description: 'accepted, but such web seeds (BEP 17) are not used' }),
      ),
      metadata: Type.Optional(Metadata),
    }),
    result: object({
      session: Type.String(),
      info_hash: InfoHash,
      added: Type.Boolean({ description: 'false when it was there already; trackers are merged then' }),
      warnings: Warnings,
    }),
    changes: true,
    doc: 'Adds a torrent from its file (`ti`), a magnet link or an info hash; durable when it answers.',
  }),
  'torrents.remove': method({
    params: object({
      session: torrentKey.session,
      info_hash: Type.Optional(InfoHashParam),
      info_hashes: Type.Optional(
        Type.Array(InfoHashParam, {
          description: 'several in place of `info_hash`; those that are not there are named in `warnings`',
        }),
      ),
      remove_files: Type.Optional(Type.Boolean()),
      remove_data: Type.Optional(Type.Boolean({ description: 'the same as `remove_files`' })),
    }),
    result: object({ warnings: Warnings }),
    changes: true,
    doc:
      'Removes a torrent, with `remove_files` also its files, part file and folders left empty. Files that other ' +
      'torrents use stay, of whatever session, and so do those behind a link out of the save path: `warnings` name them.',
  }),
  'torrents.list': method({
    params: object({
      session,
      query: Type.Optional(Type.String({ description: 'PQL; only torrents of which it is true' })),
      after: Type.Optional(InfoHash),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10000 })),
      fields: Type.Optional(Type.Array(Type.String({ description: 'names of TorrentStatus' }))),
      ...porlaListParams,
    }),
    result: object({
      torrents: Type.Array(TorrentListItem),
      torrents_total: Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: "torrents of the session, whatever the query; in Porla's way those that are meant",
      }),
      next: Type.Union([InfoHash, Type.Null()], {
        description: "pass as `after` for the next page; null at the end and in Porla's way",
      }),
      order_by: Type.Optional(Type.String()),
      order_by_dir: Type.Optional(Type.String()),
      page: Type.Optional(Count),
      page_size: Type.Optional(Count),
      torrents_total_unfiltered: Type.Optional(Count),
    }),
    changes: false,
    doc:
      'Lists torrents in ascending order of info hash, a page at a time, with all or some status fields. With a ' +
      "parameter of Porla's way (`filters`, `page`, `order_by`, ...) it lists the torrents of all sessions as Porla does.",
  }),
  'torrents.find': method({
    params: object(torrentKey),
    result: object({
      session: Type.Union([Type.String(), Type.Null()], { description: 'which has it' }),
      info_hash: Type.Union([InfoHash, Type.Null()]),
    }),
    changes: false,
    doc: 'Returns where a torrent is and its full info hash; null and null when it is not there.',
  }),
  'torrents.status': method({
    params: object(torrentKey),
    result: TorrentStatus,
    changes: false,
    doc: 'Returns everything known of one torrent.',
  }),
  'torrents.pieces': method({
    params: object(torrentKey),
    result: object({
      pieces: Bytes64,
      num_pieces: Count,
    }),
    changes: false,
    doc: 'Returns which pieces are verified: one bit a piece, the first is the high bit of the first byte.',
  }),
  'torrents.metadata.get': method({
    params: object(torrentKey),
    result: object({ ti: Type.Union([Bytes64, Type.Null()]) }),
    changes: false,
    doc: 'Returns the bytes of the .torrent file, null before metadata.',
  }),
  'torrents.magnet_uri': method({
    params: object(torrentKey),
    result: object({ magnet_uri: Type.String() }),
    changes: false,
    doc: 'Returns a magnet link of a torrent with its name, trackers and web seeds.',
  }),
}
