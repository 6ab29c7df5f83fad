import type { InfoHashes } from './types.ts'

/** What a magnet link is made of; what is left out or empty is not in it. */
export interface MagnetParts {
  infoHash: InfoHashes
  name?: string
  trackers?: readonly string[]
  webSeeds?: readonly string[]
  /** `host:port` */
  peers?: readonly string[]
  /** One a file, 0 is not wanted; they are told when some file is not wanted (BEP 53). */
  filePriorities?: readonly number[]
}

/** The magnet link of a torrent, letter by letter as libtorrent's make_magnet_uri writes it; '' without an info hash. */
export function makeMagnetUri(parts: MagnetParts): string {
  const [v1, v2] = parts.infoHash
  const { name = '', trackers = [], webSeeds = [], peers = [], filePriorities = [] } = parts
  if (v1 === null && v2 === null) return ''
  const parameters = [
    ...(v1 === null ? [] : [`xt=urn:btih:${v1}`]),
    ...(v2 === null ? [] : [`xt=urn:btmh:1220${v2}`]),
    ...(name === '' ? [] : [`dn=${escaped(name)}`]),
    ...trackers.map((url) => `tr=${escaped(url)}`),
    ...webSeeds.map((url) => `ws=${escaped(url)}`),
    ...peers.map((peer) => `x.pe=${peer}`),
    ...(filePriorities.includes(0) ? [`so=${ranges(filePriorities)}`] : []),
  ]
  return `magnet:?${parameters.join('&')}`
}

/** Percent-encoding of UTF-8 with libtorrent's choice of what may stay. */
function escaped(text: string): string {
  let result = ''
  for (const byte of Buffer.from(text)) {
    const character = String.fromCharCode(byte)
    const plain = /[A-Za-z0-9\-_!.~*()]/.test(character)
    result += plain ? character : `%${byte.toString(16).padStart(2, '0')}`
  }
  return result
}

/** The places of what is wanted, as "0,2-5". */
function ranges(priorities: readonly number[]): string {
  const found: string[] = []
  for (let from = 0; from < priorities.length; from++) {
    if (priorities[from] === 0) continue
    let to = from
    while ((priorities[to + 1] ?? 0) !== 0) to++
    found.push(from === to ? `${from}` : `${from}-${to}`)
    from = to
  }
  return found.join(',')
}
