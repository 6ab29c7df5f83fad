import type { Peer } from '../peer.ts'
import { controlMethods } from './control.ts'
import { daemonMethods } from './daemon.ts'
import { eventMethods } from './events.ts'
import { fileMethods } from './files.ts'
import type { ParamsOf, ResultOf } from './method.ts'
import { peerMethods } from './peers.ts'
import { porlaMethods } from './porla.ts'
import { presetMethods } from './presets.ts'
import { propertyMethods } from './properties.ts'
import { sessionMethods } from './sessions.ts'
import { storageMethods } from './storage.ts'
import { torrentMethods } from './torrents.ts'
import { trackerMethods } from './trackers.ts'
import { urlSeedMethods } from './url-seeds.ts'
import { userDataMethods } from './user-data.ts'

/** Every method of the protocol. The single source of truth for server, client and reference. */
export const contract = {
  ...daemonMethods,
  ...sessionMethods,
  ...presetMethods,
  ...torrentMethods,
  ...storageMethods,
  ...controlMethods,
  ...propertyMethods,
  ...userDataMethods,
  ...fileMethods,
  ...peerMethods,
  ...urlSeedMethods,
  ...trackerMethods,
  ...eventMethods,
  ...porlaMethods,
}

/** Name of a method. */
export type Method = keyof typeof contract
/** Parameters of a method. */
export type Params<M extends Method> = ParamsOf<(typeof contract)[M]>
/** Result of a method. */
export type Result<M extends Method> = ResultOf<(typeof contract)[M]>

/** Methods that answer more than once, for which it matters that the caller goes away, or that work in turns. */
type Listening = Extract<Method, `events.${string}` | 'torrents.list' | 'torrents.remove'>

/** One handler per method; the daemon does not compile while one is missing. */
export type Handlers = {
  [M in Method]: M extends Listening
    ? (params: Params<M>, peer: Peer) => Result<M> | Promise<Result<M>>
    : (params: Params<M>) => Result<M> | Promise<Result<M>>
}
