import type { Torrent, Wire } from 'webtorrent'
import { joinAddress, plainHost } from '../peer-address.ts'
import type { Dialer } from './peers/dialer.ts'
import type { Availability } from './pieces/availability.ts'
import type { SwarmNumbers, TorrentState } from './torrent-state.ts'

/** The swarm whose peers are counted. */
export interface CountedSwarm {
  readonly torrent: Torrent
  readonly state: Pick<TorrentState, 'complete' | 'has'>
  readonly dialer: Dialer
  /** null until the pieces are known. */
  readonly availability: Availability | null
  readonly connections: number
}

/** What a report says of the peers. */
export function swarmNumbers({
  torrent,
  state,
  dialer,
  availability,
  connections,
}: CountedSwarm): SwarmNumbers {
  const { wires } = torrent
  const callers = unknownCallers(wires, dialer)
  return {
    peers: wires.length,
    connections,
    seeds: wires.filter((wire) => wire.isSeeder).length,
    unchoked: wires.filter((wire) => !wire.amChoking).length,
    knownPeers: dialer.known + callers.length,
    knownSeeds: dialer.knownSeeds + callers.filter((wire) => wire.isSeeder).length,
    candidates: dialer.candidates,
    // reported as -1 for a seed, so not worth counting
    seenComplete: wires.reduce(
      (last, { peerExtendedHandshake: { seen_complete = 0 } }) => Math.max(last, seen_complete),
      0,
    ),
    distributedCopies: state.complete ? 0 : (availability?.copies((piece) => state.has(piece)) ?? 0),
  }
}

/** Those that called us and are not known by the address at which they listen: in libtorrent they are known peers too. */
function unknownCallers(wires: readonly Wire[], dialer: Dialer): Wire[] {
  return wires.filter(({ type, remoteAddress, peerExtendedHandshake: { p } }) => {
    if (!type.endsWith('Incoming')) return false
    if (remoteAddress === undefined || typeof p !== 'number') return true
    return !dialer.knows(joinAddress(plainHost(remoteAddress), p))
  })
}
