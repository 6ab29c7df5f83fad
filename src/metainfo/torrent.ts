import { bdecode } from './bdecode.ts'
import { bencode } from './bencode.ts'
import { BDict } from './dict.ts'
import { MetainfoError } from './error.ts'
import { readInfo } from './info.ts'
import {
  checkPieceLayers,
  readCreationDate,
  readNodes,
  readText,
  readTrackers,
  readWebSeeds,
} from './outside.ts'
import type { Metainfo, TrackerEntry } from './types.ts'

/**
 * Reads a torrent file: v1, v2 or both. As in libtorrent, keys may be in any order, numbers may have leading
 * zeros and bytes may follow the end. Nothing of `bytes` is kept. Throws MetainfoError.
 */
export function parseTorrent(bytes: Uint8Array): Metainfo {
  const torrent = bdecode(bytes, { form: 'loose' })
  if (!(torrent instanceof BDict)) throw new MetainfoError('torrent file is not a dictionary')
  const entry = torrent.entry('info')
  if (!(entry?.value instanceof BDict)) {
    throw new MetainfoError("missing or invalid 'info' section in torrent file")
  }
  const parsed = readInfo(new Uint8Array(bytes.subarray(entry.start, entry.end)))
  if (parsed.part.version !== 'v1') checkPieceLayers(torrent, parsed)
  return {
    ...parsed.part,
    comment: readText(torrent, 'comment'),
    creator: readText(torrent, 'created by'),
    creationDate: readCreationDate(torrent),
    trackers: readTrackers(torrent),
    webSeeds: readWebSeeds(torrent, parsed.part.multiFile && parsed.part.files.length > 1),
    nodes: readNodes(torrent),
  }
}

/** What is known of a torrent beside its info dictionary. */
export interface Outside {
  trackers?: TrackerEntry[]
  webSeeds?: string[]
}

/**
 * Reads an info dictionary alone, as peers send it (BEP 9). `info` has to be the whole of it and is copied;
 * its hash is for the caller to compare with the one it asked for. Throws MetainfoError.
 */
export function parseInfo(info: Uint8Array, outside: Outside = {}): Metainfo {
  checkInfo(info)
  return {
    ...readInfo(new Uint8Array(info)).part,
    comment: '',
    creator: '',
    creationDate: 0,
    trackers: byTier(outside.trackers ?? []),
    webSeeds: [...(outside.webSeeds ?? [])],
    nodes: [],
  }
}

/**
 * A torrent file around the exact bytes of an info dictionary, so that its info hash stays. Trackers are
 * grouped by tier; gaps between tiers close. Throws MetainfoError when `info` is no bencoded dictionary.
 */
export function torrentFileOf(info: Uint8Array, trackers: TrackerEntry[], webSeeds: string[]): Uint8Array {
  checkInfo(info)
  const sorted = byTier(trackers)
  const tiers = Map.groupBy(sorted, ({ tier }) => tier)
    .values()
    .map((tier) => tier.map(({ url }) => url))
    .toArray()
  // undefined members are left out; the keys have to be in the order of their bytes
  const outside = {
    announce: sorted[0]?.url,
    'announce-list': sorted.length > 1 ? tiers : undefined,
  }
  const behind = { 'url-list': webSeeds.length > 0 ? webSeeds : undefined }
  return Buffer.concat([withoutEnd(bencode(outside)), bencode('info'), info, withoutStart(bencode(behind))])
}

function withoutEnd(dict: Uint8Array): Uint8Array {
  return dict.subarray(0, -1)
}

function withoutStart(dict: Uint8Array): Uint8Array {
  return dict.subarray(1)
}

function byTier(trackers: TrackerEntry[]): TrackerEntry[] {
  return trackers.toSorted((a, b) => a.tier - b.tier)
}

/** Bytes behind the dictionary would be hashed with it, and would end up in the midst of a torrent file. */
function checkInfo(info: Uint8Array): void {
  const value = bdecode(info, { form: 'loose' })
  if (!(value instanceof BDict)) throw new MetainfoError("'info' entry is not a dictionary")
  if (value.end !== info.length) throw new MetainfoError('invalid bencoding')
}
