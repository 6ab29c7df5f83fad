import peerid from 'bittorrent-peerid'
import type { Peer, Torrent, Wire } from 'webtorrent'
import type { PeerInfo } from '../../../../rpc/contract/peers.ts'
import { joinAddress, plainHost, splitAddress } from '../../peer-address.ts'
import type { Availability } from '../pieces/availability.ts'
import type { PeerBook } from './peer-book.ts'

/** libtorrent's peer_info::flags, as far as there is such a thing here. */
export const PeerFlag = {
  interesting: 1 << 0,
  choked: 1 << 1,
  remoteInterested: 1 << 2,
  remoteChoked: 1 << 3,
  supportsExtensions: 1 << 4,
  outgoing: 1 << 5,
  handshake: 1 << 6,
  connecting: 1 << 7,
  onParole: 1 << 9,
  seed: 1 << 10,
  optimisticUnchoke: 1 << 11,
  snubbed: 1 << 12,
  uploadOnly: 1 << 13,
  utp: 1 << 17,
  rc4: 1 << 19,
  plaintextEncrypted: 1 << 20,
} as const

/** libtorrent's peer_info::connection_type. */
const ConnectionType = { bittorrent: 1, webSeed: 2 } as const

/** What libtorrent takes for the speed of a peer that has none, bytes/s. */
const slowest = 50

/** What a list of peers is made from. */
export interface PeerSight {
  torrent: Torrent
  book: PeerBook
  availability: Availability | null
  suspected: (wire: Wire) => boolean
  /** It did not send what it was asked for in time. */
  snubbed: (wire: Wire) => boolean
  /** It has one of the slots that go round. */
  optimistic: (wire: Wire) => boolean
}

/** Every connection of a torrent, half-open ones included. */
export function peerInfo(sight: PeerSight): PeerInfo[] {
  const { torrent } = sight
  if (torrent.destroyed || torrent._peers === null) return []
  const shared = requestedTwice(torrent.wires)
  const list: PeerInfo[] = []
  for (const peer of torrent._peers.values()) {
    // those without a connection wait in the queue
    if (peer.destroyed || peer.conn === null) continue
    const wire = peer.wire
    list.push(
      wire !== null && torrent.wires.includes(wire) ? met(sight, peer, wire, shared) : halfOpen(sight, peer),
    )
  }
  return list
}

/** A connection that is being opened, or has not shaken hands. */
function halfOpen({ book }: PeerSight, peer: Peer): PeerInfo {
  const since = inNanoseconds(performance.now() - book.calledAt(peer))
  return {
    ...whereabouts(peer),
    peer_id: '',
    client: '',
    progress: 0,
    down_speed: 0,
    up_speed: 0,
    total_download: 0,
    total_upload: 0,
    download_queue_length: 0,
    busy_requests: 0,
    rtt: book.rtt(peer),
    last_active: since,
    last_request: since,
    download_queue_time: 0,
    // as in libtorrent, both ends choke each other from the start
    flags:
      PeerFlag.choked |
      PeerFlag.remoteChoked |
      kindFlags(peer) |
      (peer.wire === null ? PeerFlag.connecting : PeerFlag.handshake),
    source: book.source(peer),
    connection_type: connectionType(peer),
  }
}

function met(sight: PeerSight, peer: Peer, wire: Wire, shared: ReadonlySet<string>): PeerInfo {
  const { book, availability } = sight
  const now = performance.now()
  const known = book.of(wire)
  const owed = wire.requests.reduce((sum, { length }) => sum + length, 0)
  return {
    ...whereabouts(peer),
    peer_id: wire.peerId ?? '',
    client: clientName(peer, wire),
    progress: availability?.share(wire) ?? 0,
    down_speed: known?.down.rate(known.downBytes, now) ?? 0,
    up_speed: known?.up.rate(known.upBytes, now) ?? 0,
    total_download: wire.downloaded,
    total_upload: wire.uploaded,
    download_queue_length: wire.requests.length,
    busy_requests: wire.requests.filter((request) => shared.has(blockOf(request))).length,
    rtt: known?.rtt ?? 0,
    last_active: inNanoseconds(now - (known?.lastActive ?? now)),
    last_request: inNanoseconds(now - (known?.lastRequest ?? now)),
    download_queue_time: inNanoseconds((owed * 1000) / Math.max(slowest, wire.downloadSpeed())),
    flags: flagsOf(sight, peer, wire),
    source: book.source(peer),
    connection_type: connectionType(peer),
  }
}

function flagsOf({ suspected, snubbed, optimistic }: PeerSight, peer: Peer, wire: Wire): number {
  const { peerExtensions, peerExtendedHandshake } = wire
  let flags = kindFlags(peer)
  const set = (flag: number, on: boolean) => {
    if (on) flags |= flag
  }
  set(PeerFlag.interesting, wire.amInterested)
  set(PeerFlag.choked, wire.amChoking)
  set(PeerFlag.remoteInterested, wire.peerInterested)
  set(PeerFlag.remoteChoked, wire.peerChoking)
  set(PeerFlag.supportsExtensions, peerExtensions.extended === true)
  set(PeerFlag.onParole, suspected(wire))
  set(PeerFlag.seed, wire.isSeeder === true)
  set(PeerFlag.optimisticUnchoke, optimistic(wire))
  set(PeerFlag.snubbed, snubbed(wire))
  set(PeerFlag.uploadOnly, Number(peerExtendedHandshake.upload_only ?? 0) === 1)
  // bittorrent-protocol: 1 plain text after the key exchange, 2 RC4
  set(PeerFlag.plaintextEncrypted, wire._encryptionMethod === 1)
  set(PeerFlag.rc4, wire._encryptionMethod === 2)
  return flags
}

/** What is true of a connection from its beginning. */
function kindFlags({ type, conn }: Peer): number {
  const called =
    type === 'webrtc'
      ? (conn as { initiator?: boolean } | null)?.initiator === true
      : !type.endsWith('Incoming')
  return (called ? PeerFlag.outgoing : 0) | (type.startsWith('utp') ? PeerFlag.utp : 0)
}

function connectionType({ type }: Peer): number {
  return type === 'webSeed' ? ConnectionType.webSeed : ConnectionType.bittorrent
}

/** Address and port of a peer, or the url of a web seed. */
export function peerName(peer: Peer): string {
  if (peer.type === 'webSeed') return peer.id
  const { address, port } = whereabouts(peer)
  return joinAddress(address, port)
}

function whereabouts(peer: Peer): Pick<PeerInfo, 'address' | 'port'> {
  if (peer.type === 'webSeed') return { address: peer.id, port: 0 }
  const { remoteAddress, remotePort } = (peer.conn ?? {}) as { remoteAddress?: string; remotePort?: number }
  const text = peer.addr ?? `${remoteAddress ?? ''}:${remotePort ?? 0}`
  const { host, port } = splitAddress(text)
  return { address: plainHost(host), port: port || 0 }
}

/** What the peer calls itself, else what its id says. */
function clientName(peer: Peer, wire: Wire): string {
  // as libtorrent names it
  if (peer.type === 'webSeed') return `URL seed @ ${URL.parse(peer.id)?.host ?? ''}`
  const { v } = wire.peerExtendedHandshake
  const own = v instanceof Uint8Array ? Buffer.from(v).toString() : typeof v === 'string' ? v : ''
  if (own !== '') return own
  if (wire.peerId === null || !/^[0-9a-f]{40}$/i.test(wire.peerId)) return ''
  const { client, version } = peerid(wire.peerId)
  return version === undefined ? client : `${client} ${version}`
}

interface Request {
  piece: number
  offset: number
}

const blockOf = ({ piece, offset }: Request) => `${piece}:${offset}`

/** Blocks that more than one peer was asked for. */
function requestedTwice(wires: readonly Wire[]): Set<string> {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const { requests } of wires) {
    for (const request of requests) {
      const block = blockOf(request)
      if (seen.has(block)) twice.add(block)
      else seen.add(block)
    }
  }
  return twice
}

function inNanoseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1e6)
}
