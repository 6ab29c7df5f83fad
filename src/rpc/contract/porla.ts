import { type Static, Type } from 'typebox'
import { method, noParams, object } from './method.ts'
import { Count, TorrentStatus, torrentKey } from './types.ts'

/** What a client keeps with a torrent: JSON values by names of its own, which nobody else reads. */
export const Metadata = Type.Record(Type.String(), Type.Unknown())

/** What Porla's list may be ordered by. */
export const orderFields = [
  'download_rate',
  'eta',
  'list_peers',
  'list_seeds',
  'name',
  'num_peers',
  'num_seeds',
  'progress',
  'queue_position',
  'ratio',
  'save_path',
  'size',
  'total',
  'total_done',
  'upload_rate',
] as const

const filter = (what: string) => Type.Optional(Type.String({ description: what }))

/** Parameters of `torrents.list` in Porla's way: one of them is enough to be answered in it. */
export const porlaListParams = {
  filters: Type.Optional(
    object(
      {
        category: filter('only of this category'),
        query: filter('as `query`; "" is none'),
        save_path: filter('only with this save path'),
        session: filter('only of this session'),
        tags: filter('only with this tag'),
      },
      "Porla's way: only torrents of which all of these are true",
    ),
  ),
  include_metadata: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Porla\'s way: these names of `metadata` are told, ["*"] for all',
    }),
  ),
  page: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, description: "Porla's way: from 0, the default" }),
  ),
  page_size: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 10_000,
      description: "Porla's way: torrents of a page, 50 by default",
    }),
  ),
  order_by: Type.Optional(
    Type.Enum([...orderFields], {
      description: "Porla's way: `queue_position` by default; torrents without a place or an eta come last",
    }),
  ),
  order_by_dir: Type.Optional(Type.Enum(['asc', 'desc'], { description: "Porla's way: `asc` by default" })),
}

/** Parameters of `torrents.list` that say that Porla's way is meant. */
export const porlaListNames = Object.keys(porlaListParams) as (keyof typeof porlaListParams)[]

/** What a status and Porla's list say alike. */
export const porlaStatusFields = [
  'active_duration',
  'all_time_download',
  'all_time_upload',
  'download_rate',
  'eta',
  'finished_duration',
  'flags',
  'info_hash',
  'list_peers',
  'list_seeds',
  'moving_storage',
  'name',
  'num_peers',
  'num_seeds',
  'progress',
  'queue_position',
  'ratio',
  'save_path',
  'seeding_duration',
  'session',
  'tags',
  'total',
  'total_done',
  'upload_rate',
] as const

/** A torrent as Porla's `torrents.list` gives it, which has other types for some names of a status. */
export const PorlaTorrent = object({
  ...Type.Pick(TorrentStatus, [...porlaStatusFields]).properties,
  category: Type.Optional(Type.String()),
  error: Type.Union([object({ message: Type.String(), value: Type.Integer() }), Type.Null()], {
    description: 'null when well; `value` is the errno of an error of the system, -1 for others',
  }),
  last_download: Type.Integer({ description: 'seconds since data last came, -1 never' }),
  last_upload: Type.Integer({ description: 'seconds since data last went, -1 never' }),
  metadata: Metadata,
  size: Type.Integer({ description: 'bytes, pad files included; -1 before metadata' }),
  state: Type.Integer({
    description:
      "libtorrent's number: 1 checking files, 2 downloading metadata, 3 downloading, 4 finished, 5 seeding, 7 checking " +
      'resume data',
  }),
})
export type PorlaTorrent = Static<typeof PorlaTorrent>

const { state, error, ...sameInBoth } = TorrentStatus.properties
const { state: porlaState, error: porlaError, size, metadata } = PorlaTorrent.properties

/**
 * Some fields of a status, or, in Porla's way, a torrent as Porla shows it. Its type is the first: this program's own
 * callers never ask in the other way.
 */
export const TorrentListItem = Type.Unsafe<Partial<TorrentStatus>>(
  Type.Partial(
    object({
      ...sameInBoth,
      state: Type.Union([state, porlaState]),
      error: Type.Union([error, porlaError]),
      size,
      metadata,
    }),
  ),
)

const counts = (of: string) =>
  Type.Record(Type.String(), Count, { description: `how many torrents by ${of}` })

/** A program or library, as far as its version is known. */
const Software = Type.Record(Type.String(), Type.String())

/** Methods that are here for Porla's clients. */
export const porlaMethods = {
  'sys.versions': method({
    params: noParams,
    result: object({
      porla: object(
        { branch: Type.String(), commitish: Type.String(), version: Type.String() },
        'the Porla whose methods are spoken',
      ),
      porla_lua: Software,
      libtorrent: object(
        { revision: Type.String(), version: Type.String() },
        'the libtorrent whose behaviour is kept',
      ),
      node: Software,
      openssl: Software,
      sqlite: Software,
      webtorrent: Software,
    }),
    changes: false,
    doc: 'Names versions: of this program, of what it is made of, and of the Porla whose methods it speaks.',
  }),
  'torrents.metadata.list': method({
    params: object(torrentKey),
    result: object({ metadata: Metadata }),
    changes: false,
    doc: 'Returns what a client gave as `metadata` when it added the torrent; {} for nothing.',
  }),
  'torrents.overview': method({
    params: noParams,
    result: object({
      sessions: Type.Record(
        Type.String(),
        object({
          torrents_per_category: counts('category'),
          torrents_per_state: counts('state'),
          torrents_per_tag: counts('tag'),
          torrents_per_tracker: counts('url of a tracker'),
          torrents_total: Count,
        }),
        { description: 'by name' },
      ),
    }),
    changes: false,
    doc: 'Counts the torrents of each session by category, state, tag and tracker.',
  }),
}
