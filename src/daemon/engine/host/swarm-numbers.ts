import type { Swarm } from './swarm.ts'
import type { SwarmNumbers } from './torrent-state.ts'

/** What a report says of the peers. */
export function swarmNumbers({ torrent, state, dialer, availability, connections }: Swarm): SwarmNumbers {
  const { wires } = torrent
  return {
    peers: wires.length,
    connections,
    seeds: wires.filter((wire) => wire.isSeeder).length,
    unchoked: wires.filter((wire) => !wire.amChoking).length,
    knownPeers: dialer.known,
    knownSeeds: dialer.knownSeeds,
    candidates: dialer.candidates,
    // reported as -1 for a seed, so not worth counting
    distributedCopies: state.complete ? 0 : (availability?.copies((piece) => state.has(piece)) ?? 0),
  }
}
