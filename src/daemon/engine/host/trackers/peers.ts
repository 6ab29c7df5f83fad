import { isIPv6 } from 'node:net'
import { BDict, type BValue } from '../../../../metainfo/index.ts'
import { compactLength, expandAddress, joinAddress, shortHost } from '../../peer-address.ts'
import { codes } from './error-codes.ts'

/**
 * Addresses of 4 or 16 bytes, each with a port of 2 (BEP 23, BEP 7), at most so many. A rest that is no whole entry is
 * left.
 */
export function compactPeers(bytes: Uint8Array, family: 4 | 6, most: number): string[] {
  const size = compactLength(family)
  const { from, to } = some(Math.floor(bytes.length / size), most)
  const peers: string[] = []
  for (let at = from * size; at < to * size; at += size) {
    const peer = expandAddress(bytes.subarray(at, at + size))
    if (peer !== null) peers.push(peer)
  }
  return peers
}

/** Which ones are taken where there are too many: any, so that not everybody takes the first. */
function some(count: number, most: number): { from: number; to: number } {
  const from = Math.floor(Math.random() * (Math.max(0, count - most) + 1))
  return { from, to: Math.min(count, from + most) }
}

/** Peers of an HTTP tracker's answer: compact, or a dictionary each (BEP 3). At most so many of each kind. */
export function peersOf(answer: BDict, most: number): string[] {
  const list = answer.list('peers') ?? []
  const { from, to } = some(list.length, most)
  return [
    ...compactPeers(answer.bytes('peers') ?? new Uint8Array(0), 4, most),
    ...compactPeers(answer.bytes('peers6') ?? new Uint8Array(0), 6, most),
    ...list
      .slice(from, to)
      .map(dictPeer)
      .filter((peer) => peer !== null),
  ]
}

/** A name of the DNS, or an IPv4 address. */
const isName = (text: string) => /^[\w.-]{1,253}$/.test(text)

function dictPeer(value: BValue): string | null {
  if (!(value instanceof BDict)) return null
  const ip = Buffer.from(value.bytes('ip') ?? []).toString('latin1')
  const port = Number(value.integer('port'))
  if (!(isName(ip) || isIPv6(ip)) || !(port > 0 && port <= 65535)) return null
  return joinAddress(shortHost(ip), port)
}

/** The code of a list in which nothing is a peer, null for any other: libtorrent's, who names what is wrong with the last. */
export function wrongPeers(list: readonly BValue[]): string | null {
  const last = list.at(-1)
  if (last === undefined || list.some((peer) => dictPeer(peer) !== null)) return null
  return last instanceof BDict ? codes.invalid_tracker_response : codes.invalid_peer_dict
}
