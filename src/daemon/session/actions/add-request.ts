import { MetainfoError, parseMagnet, parseTorrent, type TrackerEntry } from '../../../metainfo/index.ts'
import type { Params } from '../../../rpc/contract/index.ts'
import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import { parseAddress } from '../../engine/peer-address.ts'
import type { SwarmSources } from '../../state/rows.ts'
import { fullPriorities } from '../torrent/file-priorities.ts'
import { flagBit, flagsForAdding } from '../torrent/flags.ts'
import { checkSavePath } from '../torrent/save-path.ts'
import { mergeTrackers, trackerSource, unique } from '../torrent/swarm-sources.ts'
import type { TorrentFacts } from '../torrent/torrent-facts.ts'
import { isLarge, readTorrent } from '../torrent/torrent-reader.ts'
import { checkMetadata } from './client-metadata.ts'

type AddParams = Params<'torrents.add'> & { save_path: string }

/** A request to add a torrent, understood and checked. */
export interface AddRequest {
  v1: string
  v2: string | null
  name: string
  metainfo: TorrentFacts | null
  torrentFile: Uint8Array | null
  swarmSources: SwarmSources
  filePriorities: Uint8Array | null
  flags: number
  /** Sentences for the user. */
  warnings: string[]
  params: AddParams
}

/** Where the torrent comes from: in libtorrent's order, the metadata wins over the link, the link over the hash. */
type Source = Pick<AddRequest, 'v1' | 'v2' | 'name' | 'metainfo' | 'torrentFile' | 'filePriorities'> & {
  swarmSources: Omit<SwarmSources, 'trackerId' | 'later'>
  restUnwanted: boolean
}

/** A torrent file that was read. */
interface TorrentFile {
  bytes: Uint8Array
  facts: TorrentFacts
}

/**
 * As addRequestOf, but a large torrent file is read in another thread; anything else is understood at once. Rejects with
 * what addRequestOf throws.
 */
export function addRequestInTurns(params: AddParams): AddRequest | Promise<AddRequest> {
  const { ti } = params
  return ti === undefined || !isLarge((ti.length * 3) / 4)
    ? addRequestOf(params)
    : readAndUnderstand(params, ti)
}

async function readAndUnderstand(params: AddParams, ti: string): Promise<AddRequest> {
  checkSavePath(params.save_path, { method: 'torrents.add', field: 'save_path' })
  const bytes = Buffer.from(ti, 'base64')
  try {
    return addRequestOf(params, { bytes, facts: await readTorrent(bytes) })
  } catch (error) {
    throw sourceError(error, params)
  }
}

/** Throws InvalidParams, InvalidTorrent, UnsupportedTorrent or InvalidValue. `file`: its torrent file, if that was read. */
export function addRequestOf(params: AddParams, file?: TorrentFile): AddRequest {
  checkSavePath(params.save_path, { method: 'torrents.add', field: 'save_path' })
  if (params.metadata !== undefined) checkMetadata(params.metadata)
  const { flags, warnings: aboutFlags } = flagsForAdding(params.flags ?? {})
  const unused = params.http_seeds !== undefined && params.http_seeds.length > 0
  const warnings = unused
    ? [...aboutFlags, 'http_seeds (BEP 17) are not used; url_seeds (BEP 19) are']
    : aboutFlags
  const source = sourceOf(params, file)
  checkHashes(source, params.info_hash)
  const given = params.file_priorities ? Uint8Array.from(params.file_priorities) : source.filePriorities
  const bits = source.restUnwanted && !params.file_priorities ? flags | flagBit.default_dont_download : flags
  const files = source.metainfo?.files.length
  return {
    ...source,
    name: source.name || (params.name ?? ''),
    swarmSources: swarmSourcesOf(params, source.swarmSources),
    filePriorities: files === undefined ? given : fullPriorities(given, bits, files),
    flags: files === undefined ? bits : bits & ~flagBit.default_dont_download,
    warnings,
    params,
  }
}

function sourceOf(params: AddParams, file?: TorrentFile): Source {
  try {
    if (file !== undefined) return fromFile(file)
    if (params.ti !== undefined) {
      const bytes = Buffer.from(params.ti, 'base64')
      return fromFile({ bytes, facts: parseTorrent(bytes) })
    }
    if (params.magnet_uri !== undefined) return fromMagnet(params.magnet_uri)
  } catch (error) {
    throw sourceError(error, params)
  }
  if (params.info_hash === undefined) {
    throw new RpcError(
      ErrorCode.InvalidParams,
      "torrents.add: one of 'ti', 'magnet_uri' and 'info_hash' is needed",
      { path: 'ti' },
    )
  }
  return bare(...hashPair(params.info_hash))
}

/** What to tell the caller of bytes that are no torrent, or of a link that is none. */
function sourceError(error: unknown, { ti }: AddParams): unknown {
  if (!(error instanceof MetainfoError)) return error
  // A link of another kind is no magnet link; only a file can be sound and still be too new.
  const tooNew = error.kind === 'unsupported' && ti !== undefined
  const code = tooNew ? ErrorCode.UnsupportedTorrent : ErrorCode.InvalidTorrent
  return new RpcError(code, error.message, undefined, { cause: error })
}

function fromFile({ bytes, facts: metainfo }: TorrentFile): Source {
  return {
    ...bare(...metainfo.infoHash),
    name: metainfo.name,
    metainfo,
    torrentFile: bytes,
    swarmSources: {
      trackers: from(trackerSource.torrentFile, metainfo.trackers),
      webSeeds: metainfo.webSeeds,
      peers: [],
    },
  }
}

function fromMagnet(uri: string): Source {
  const link = parseMagnet(uri)
  return {
    ...bare(...link.infoHash),
    name: link.name,
    swarmSources: {
      trackers: from(trackerSource.magnetLink, link.trackers),
      webSeeds: link.webSeeds,
      peers: link.peers,
    },
    filePriorities: link.filePriorities && Uint8Array.from(link.filePriorities),
    restUnwanted: link.filePriorities !== null,
  }
}

/** As in libtorrent, a hash beside the metadata or the link has to be the torrent's. */
function checkHashes({ v1, v2, metainfo }: Source, hash: AddParams['info_hash']): void {
  if (hash === undefined) return
  const [wanted1, wanted2] = hashPair(hash)
  // A link that names no v2 hash does not deny it.
  const other2 = wanted2 !== null && (v2 !== null || metainfo !== null) && wanted2 !== v2
  if ((wanted1 === null || wanted1 === v1) && !other2) return
  const asked = [wanted1, wanted2].filter((part) => part !== null).join(' and ')
  throw new RpcError(
    ErrorCode.InvalidTorrent,
    `mismatching info-hash: the torrent is ${v2 === null ? v1 : `${v1} and ${v2}`}, not ${asked}`,
    { path: 'info_hash' },
  )
}

function hashPair(hash: NonNullable<AddParams['info_hash']>): [string | null, string | null] {
  if (typeof hash !== 'string') return hash
  return hash.length === 40 ? [hash.toLowerCase(), null] : [null, hash.toLowerCase()]
}

/** A torrent of which only the hashes are known. */
function bare(v1: string | null, v2: string | null): Source {
  if (v1 === null && v2 !== null) {
    throw new RpcError(
      ErrorCode.UnsupportedTorrent,
      'this is a v2-only torrent; the engine speaks v1 and hybrid torrents only',
    )
  }
  if (v1 === null || /^0*$/.test(v1)) {
    throw new RpcError(ErrorCode.InvalidTorrent, 'missing info-hash')
  }
  return {
    v1,
    v2,
    name: '',
    metainfo: null,
    torrentFile: null,
    swarmSources: { trackers: [], webSeeds: [], peers: [] },
    filePriorities: null,
    restUnwanted: false,
  }
}

function swarmSourcesOf(params: AddParams, source: Source['swarmSources']): SwarmSources {
  const trackers = params.trackers ?? []
  const tiers = params.tracker_tiers ?? []
  // As in libtorrent, a tracker without a tier of its own takes the one before it.
  const tierOf = (i: number) => tiers[Math.min(i, tiers.length - 1)] ?? 0
  const added = from(
    trackerSource.magnetLink,
    trackers.map((url, i) => ({ url, tier: tierOf(i) })),
  )
  // Nor does it note a second source when it is added: the torrent's own tracker stays the torrent's.
  const own = new Set(source.trackers.map(({ url }) => url))
  const replace = (flag: boolean | undefined, more: unknown[]) => flag === true && more.length > 0
  const webSeeds = params.url_seeds ?? []
  const peers = params.peers ?? []
  for (const peer of peers) checkPeer(peer)
  return {
    trackers: replace(params.flags?.override_trackers, added)
      ? mergeTrackers([], added)
      : mergeTrackers(
          source.trackers,
          added.filter(({ url }) => !own.has(url)),
        ),
    webSeeds: unique([
      ...(replace(params.flags?.override_web_seeds, webSeeds) ? [] : source.webSeeds),
      ...webSeeds,
    ]),
    peers: unique([...source.peers, ...peers]),
    trackerId: params.trackerid ?? '',
  }
}

function from(source: number, trackers: readonly TrackerEntry[]): SwarmSources['trackers'] {
  return trackers.map(({ url, tier }) => ({ url, tier, source }))
}

function checkPeer(peer: string): void {
  if (parseAddress(peer)) return
  throw new RpcError(
    ErrorCode.InvalidValue,
    `'peers' takes addresses such as '192.0.2.1:6881' and '[2001:db8::1]:6881', not '${peer}'`,
    { path: 'peers' },
  )
}
