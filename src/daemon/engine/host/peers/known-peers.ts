import type { Torrent } from 'webtorrent'
import type { KnownPeer } from '../../protocol.ts'
import type { Dialer } from './dialer.ts'
import { type PeerBook, PeerSource } from './peer-book.ts'

/** A torrent's swarm, as far as it knows addresses. */
export interface KnowingSwarm {
  readonly torrent: Torrent
  readonly state: { readonly isPrivate: boolean; changed(urgent?: boolean): void }
  readonly peers: PeerBook
  readonly dialer: Dialer
  addPeer(address: string): void
}

/** Everybody whom a torrent knows, connected or not, and who is no web seed. */
export function knownPeers({ dialer, peers }: KnowingSwarm): KnownPeer[] {
  return dialer.all().map((peer) => ({ ...peer, source: peers.sourceOf(peer.address) }))
}

/** At most so many of them (0: all), those first that are worth a call. */
export function mostUseful(known: readonly KnownPeer[], most: number): readonly KnownPeer[] {
  if (most === 0 || known.length <= most) return known
  return known.toSorted((a, b) => Number(b.worthCalling) - Number(a.worthCalling)).slice(0, most)
}

/** Takes over somebody who was known before this load; a private torrent only whom it may call. */
export function recallPeer(swarm: KnowingSwarm, { address, source, seed }: KnownPeer): void {
  if (swarm.state.isPrivate && isStrange(source)) return
  swarm.peers.remember(address, source)
  swarm.dialer.know(address, seed)
  swarm.addPeer(address)
}

/** Disconnects all and forgets who is known, but for web seeds. */
export function clearPeers({ torrent, peers, dialer, state }: KnowingSwarm): void {
  if (torrent.destroyed || torrent._peers === null) return
  // or each peer that goes would make room for one of those who wait
  torrent._queue = []
  peers.clear()
  // not only those that are connected: one that called us is known by the address that a tracker gave as well
  dialer.forgetAll()
  for (const [id, { type }] of [...torrent._peers]) {
    if (type === 'webSeed') continue
    torrent.removePeer(id)
  }
  state.changed(true)
}

/** Disconnects the peer at an address and forgets it. */
export function dropPeer({ torrent, dialer }: KnowingSwarm, address: string): void {
  dialer.forget(address)
  torrent.removePeer(address)
}

/**
 * Drops the addresses that came from DHT, PEX or the local network, and that no tracker named: also of those that are
 * not connected just now, since what is known outlives a pause and would be called then.
 */
export function dropOpenPeers(swarm: KnowingSwarm): void {
  for (const { address } of swarm.dialer.all()) {
    if (isStrange(swarm.peers.sourceOf(address))) dropPeer(swarm, address)
  }
}

/** Whether an address came from DHT, PEX or the local network alone, which a private torrent does not use (BEP 27). */
function isStrange(source: number): boolean {
  const { tracker, resumeData, dht, pex, lsd } = PeerSource
  return (source & (dht | pex | lsd)) !== 0 && (source & (tracker | resumeData)) === 0
}
