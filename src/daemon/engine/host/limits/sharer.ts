import type { TaskOptions } from '../../protocol.ts'

/** A running swarm, as far as sharing the connections of a session is concerned. */
export interface Sharer {
  readonly state: { readonly options: Pick<TaskOptions, 'limits'> }
  /** Connections that are open, and dials under way. */
  readonly connections: number
}

/** Tells a torrent how many connections it may have in all, given what the others hold. */
export interface ConnectionShares {
  connectionsFor(sharer: Sharer): number
}
