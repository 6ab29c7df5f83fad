import type { BDict, BValue } from './dict.ts'
import { MetainfoError } from './error.ts'
import type { ParsedInfo } from './info.ts'
import { decodeText } from './text.ts'
import type { TrackerEntry } from './types.ts'

const lastTier = 255
const hashSize = 32

/**
 * The trackers of a torrent file, sorted by tier. The tier is the place in `announce-list`; `announce` alone
 * is tier 0 and counts only when the list names no tracker. Doubles stay. (libtorrent: parse_torrent_file)
 */
export function readTrackers(torrent: BDict): TrackerEntry[] {
  const trackers: TrackerEntry[] = []
  for (const [index, tier] of (torrent.list('announce-list') ?? []).entries()) {
    if (!Array.isArray(tier)) continue
    for (const raw of tier) {
      const url = urlText(raw)
      if (url !== '') trackers.push({ url, tier: Math.min(index, lastTier) })
    }
  }
  const announce = urlText(torrent.get('announce'))
  return trackers.length === 0 && announce !== '' ? [{ url: announce, tier: 0 }] : trackers
}

/**
 * The web seeds of `url-list` (BEP 19), a string or a list of them, each once. As in libtorrent the path ends
 * with a slash when the torrent has several files, and what may not stand in a URL is percent-encoded.
 */
export function readWebSeeds(torrent: BDict, severalFiles: boolean): string[] {
  const value = torrent.get('url-list')
  const urls = (Array.isArray(value) ? value : [value])
    .flatMap((raw) => (raw instanceof Uint8Array && raw.length > 0 ? [encodeUrl(raw)] : []))
    .map((url) => (severalFiles && !url.endsWith('/') ? `${url}/` : url))
  return [...new Set(urls)]
}

/** The DHT nodes of `nodes` (BEP 5); entries of another form are skipped. */
export function readNodes(torrent: BDict): [host: string, port: number][] {
  return (torrent.list('nodes') ?? []).flatMap((node): [string, number][] => {
    if (!Array.isArray(node)) return []
    const [host, port] = node
    if (!(host instanceof Uint8Array) || typeof port !== 'number' || port < 1 || port > 65535) return []
    return [[decodeText(host), port]]
  })
}

/** The text of a key, its '.utf-8' form first; '' when absent. */
export function readText(torrent: BDict, key: string): string {
  const utf8 = torrent.bytes(`${key}.utf-8`)
  return decodeText(utf8 !== undefined && utf8.length > 0 ? utf8 : (torrent.bytes(key) ?? new Uint8Array()))
}

/** Unix seconds; 0 when absent, negative or past all dates. */
export function readCreationDate(torrent: BDict): number {
  const date = torrent.integer('creation date')
  return typeof date === 'number' && date > 0 ? date : 0
}

/**
 * `piece layers` (BEP 52) may be missing, as it is after a magnet link, but must be sound when it is there.
 * Throws MetainfoError.
 */
export function checkPieceLayers(torrent: BDict, { part, roots }: ParsedInfo): void {
  const layers = torrent.dict('piece layers')
  if (layers === undefined) return
  const sizes = new Map<string, number>()
  for (const { key, value } of layers.entries) {
    if (key.length !== hashSize || !(value instanceof Uint8Array) || value.length % hashSize !== 0) {
      throw new MetainfoError('a piece layer is invalid')
    }
    if (!sizes.has(key)) sizes.set(key, value.length)
  }
  for (const { root, size } of roots) {
    const layer = sizes.get(Buffer.from(root).toString('latin1'))
    if (layer === undefined || size <= part.pieceLength) continue
    if (layer !== Math.ceil(size / part.pieceLength) * hashSize) {
      throw new MetainfoError('a piece layer is invalid')
    }
  }
}

function urlText(raw: BValue | undefined): string {
  return raw instanceof Uint8Array ? decodeText(raw).replace(/^[ \t\n\v\f\r]+/, '') : ''
}

/** Percent-encodes the bytes that may not stand in a URL's path; what is encoded stays as it is. */
function encodeUrl(raw: Uint8Array): string {
  const latin1 = Buffer.from(raw).toString('latin1')
  const [, server, path] = /^([a-z][a-z0-9+.-]*:\/\/[^/]*)(\/.*)$/is.exec(latin1) ?? []
  if (server === undefined || path === undefined) return decodeText(raw)
  const encoded = path.replace(/[^%+;?:@=&,$/\-_!.~*()A-Za-z0-9]/g, (byte) => {
    return `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
  return decodeText(Buffer.from(server, 'latin1')) + encoded
}
