import type WebTorrent from 'webtorrent'
import type { Torrent, Wire } from 'webtorrent'
import { addressBytes, plainHost } from '../../peer-address.ts'
import { type Bucket, takeFromAll } from '../limits/bucket.ts'
import type { ConnectionShares, Sharer } from '../limits/sharer.ts'
import type { Availability } from '../pieces/availability.ts'
import type { Downloads } from '../pieces/downloads.ts'
import type { TorrentState } from '../torrent-state.ts'
import type { Bans } from './bans.ts'
import type { ConnectionSettings } from './connection-settings.ts'
import { wellEncrypted } from './encryption.ts'
import { type DhtSwarm, hearDhtPort } from './wire-dht.ts'
import { dismiss, takeBlocks } from './wire-guard.ts'
import type { WatchedSwarm, WireWatch } from './wire-watch.ts'

/** Hears of each connection that has shaken hands. */
interface Meets {
  meet(wire: Wire): void
}

/** The swarm that a connection joins. */
export interface JoinedSwarm extends DhtSwarm, Sharer, WatchedSwarm {
  readonly torrent: Torrent
  readonly client: WebTorrent
  readonly state: TorrentState
  readonly limits: ConnectionShares & {
    readonly live: ConnectionSettings
    readonly watch: WireWatch
    readonly download: Bucket
  }
  readonly bans: Bans
  readonly dialer: { connected(address: string): void; seed(address: string): void }
  readonly uploadOnly: WatchedSwarm['uploadOnly'] & { meet(wire: Wire, address: string | undefined): void }
  readonly metadata: Meets
  readonly peers: Meets
  readonly exchange: Meets
  readonly uploads: Meets
  /** Holds back what comes in for this torrent. */
  readonly download: Bucket
  readonly gate: { release(wire: Wire): void }
  /** null until the pieces are known. */
  readonly downloads: Downloads | null
  readonly availability: Availability | null
  takeBlock(wire: Wire, piece: number, offset: number, bytes: Uint8Array): void
}

/** A connection has shaken hands: counts what it does, holds it to the limits. */
export function hookWire(swarm: JoinedSwarm, wire: Wire, address: string | undefined): void {
  if (!welcome(swarm, wire, address)) {
    dismiss(wire)
    return
  }
  const { state, torrent, client } = swarm
  const { live } = swarm.limits
  if (wire.type.endsWith('Incoming')) state.hasIncoming = true
  if (live.clientVersion !== '') wire.extendedHandshake.v = live.clientVersion
  wire.extendedHandshake.reqq = live.maxRequestsIn
  // where we can be called is no business of a proxy's other end
  if (typeof client.torrentPort === 'number' && !live.anonymous && live.proxy === null)
    wire.extendedHandshake.p = client.torrentPort
  // BEP 10: so that a peer behind a router learns its address
  const theirs = wire.remoteAddress === undefined ? null : addressBytes(plainHost(wire.remoteAddress))
  if (theirs !== null) wire.extendedHandshake.yourip = theirs
  // as libtorrent says it: how long ago we saw somebody with every piece, -1 for never
  const { sawComplete } = state
  wire.extendedHandshake.complete_ago = sawComplete > 0 ? Math.floor(Date.now() / 1000) - sawComplete : -1
  swarm.uploadOnly.meet(wire, address)
  if (wire.type !== 'webSeed') swarm.metadata.meet(wire)
  swarm.peers.meet(wire)
  hearDhtPort(swarm, wire)
  swarm.exchange.meet(wire)
  countUpload(swarm, wire)
  countPieces(swarm, wire, address)
  limitDownload(swarm, wire)
  swarm.uploads.meet(wire)
  swarm.limits.watch.add(swarm, wire)
  askAtOnce(swarm, wire)
  for (const event of ['interested', 'uninterested', 'choke', 'unchoke'])
    wire.on(event, () => state.changed())
  wire.once('close', () => {
    swarm.downloads?.leave(wire)
    if (!torrent.destroyed) state.changed()
  })
  state.changed()
  if (address === undefined) return
  swarm.bans.meet(wire, address)
  swarm.dialer.connected(address)
}

/** Whether the connection may stay. */
function welcome(swarm: JoinedSwarm, wire: Wire, address: string | undefined): boolean {
  const { client, torrent, limits } = swarm
  if (wire.type === 'webSeed') return true
  // our own address comes back from trackers and DHT
  if (wire.peerId === client.peerId || swarm.bans.has(wire.peerId ?? '')) return false
  const { live } = limits
  if (wire.type === 'tcpIncoming' && !live.incomingTcp) return false
  if (wire.type === 'utpIncoming' && !live.incomingUtp) return false
  if (wire.type !== 'webrtc' && !wellEncrypted(wire, live)) return false
  if (!live.severalPerAddress && address !== undefined && sharesAddress(torrent, wire)) return false
  return torrent.wires.length <= limits.connectionsFor(swarm)
}

/** Whether another connection of the torrent goes to the same host. */
function sharesAddress({ wires }: Torrent, wire: Wire): boolean {
  return wires.some(
    (other) =>
      other !== wire && other.type !== 'webSeed' && sameHost(other.remoteAddress, wire.remoteAddress),
  )
}

function sameHost(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && plainHost(one) === plainHost(other)
}

function countUpload({ state }: JoinedSwarm, wire: Wire): void {
  // webtorrent's own totals hold protocol bytes as well
  wire.on('upload', (bytes: number) => {
    state.payloadUpload += bytes
  })
}

function countPieces(swarm: JoinedSwarm, wire: Wire, address: string | undefined): void {
  const { state } = swarm
  // webtorrent takes everybody for a seed who has not said yet what he has, and leaves it at that; whom it takes for a
  // seed it does not unchoke either
  Object.defineProperty(wire, 'isSeeder', {
    get: () => swarm.availability?.isSeed(wire) ?? false,
    set: () => {},
  })
  const changed = () => {
    // remembered when it is gone
    if (wire.isSeeder) swarm.state.seesComplete()
    if (address !== undefined && wire.isSeeder) swarm.dialer.seed(address)
    state.changed()
  }
  const all = () => {
    swarm.downloads?.recount(wire, wire.peerPieces)
    changed()
  }
  const change = (has: boolean) => (piece: number) => {
    swarm.downloads?.changed(wire, piece, has, wire.peerPieces)
    changed()
  }
  for (const event of ['bitfield', 'have-all', 'have-none']) wire.on(event, all)
  wire.on('have', change(true))
  wire.lt_donthave.on('donthave', change(false))
  swarm.downloads?.join(wire)
  takeBlocks(wire, (piece, offset, bytes) => swarm.takeBlock(wire, piece, offset, bytes))
}

/**
 * Holds back what comes in, by torrent and by session. webtorrent's throttles know only the client, and take a
 * peer on before its torrent is known; here the torrent is known.
 */
function limitDownload(swarm: JoinedSwarm, wire: Wire): void {
  const { _write, end } = wire
  const { watch } = swarm.limits
  const buckets = [swarm.download, swarm.limits.download]
  /** What waits for the disk. */
  let held: (() => void) | null = null
  const goOn = () => {
    const go = held
    held = null
    go?.()
  }
  const write: Wire['_write'] = (data, done) => {
    _write.call(wire, data, (error) => {
      if (error || !swarm.downloads?.full) return done(error)
      held = () => done(null)
      swarm.downloads.whenDrained(goOn)
    })
  }
  wire._write = (data, done) => {
    const portion = Math.min(swarm.download.portion, swarm.limits.download.portion)
    watch.heard(wire, portion !== Number.POSITIVE_INFINITY)
    if (portion === Number.POSITIVE_INFINITY) {
      write(data, done)
      return
    }
    // it may wait for its turn, and the socket's memory is used again
    inTurn(new Uint8Array(data), done)
  }
  const inTurn: Wire['_write'] = (data, done) => {
    const portion = Math.min(swarm.download.portion, swarm.limits.download.portion)
    const first = data.subarray(0, portion)
    const rest = data.subarray(first.length)
    const pass = () => {
      watch.heard(wire, false)
      write(first, rest.length > 0 && !wire.destroyed ? () => inTurn(rest, done) : done)
    }
    if (takeFromAll(buckets, first.length, wire, pass)) pass()
  }
  // a closing connection must not wait for its turn
  wire.end = (data) => {
    goOn()
    for (const bucket of buckets) bucket.release(wire)
    swarm.gate.release(wire)
    return end.call(wire, data)
  }
}

/**
 * A peer may unchoke in the same breath as it shakes hands: webtorrent listens for that only a turn later, and then
 * never asks such a peer for anything.
 */
function askAtOnce(swarm: JoinedSwarm, wire: Wire): void {
  const { torrent } = swarm
  // webtorrent's own turn has been queued after this one, so once more
  queueMicrotask(() =>
    queueMicrotask(() => {
      if (!torrent.destroyed && torrent.ready && !wire.destroyed && !wire.peerChoking)
        swarm.downloads?.update(wire)
    }),
  )
}
