import type { Handlers } from '../../rpc/contract/index.ts'
import type { InfoHash, InfoHashParam } from '../../rpc/contract/types.ts'
import { type EventName, longestWait } from '../../rpc/event-names.ts'
import type { Peer } from '../../rpc/peer.ts'
import type { EventBus, Filter } from '../events/bus.ts'
import type { StatsTicker } from '../events/stats-ticker.ts'
import { Subscription } from '../events/subscription.ts'
import { waitForEvent } from '../events/wait.ts'
import type { Sessions } from '../session/sessions.ts'

interface Wanted {
  events?: EventName[]
  session?: string
  info_hash?: InfoHashParam
}

/** Handlers of `events.*`. */
export function eventHandlers(
  sessions: Sessions,
  bus: EventBus,
  ticker: StatsTicker,
): Pick<Handlers, 'events.subscribe' | 'events.wait'> {
  const subscriptions = new WeakMap<Peer, Subscription>()
  /** Throws UnknownSession. */
  const filterOf = ({ events, session, info_hash }: Wanted): Filter => {
    const filter: Filter = {
      events: events ? new Set(events) : null,
      session: session === undefined ? null : sessions.get(session).name,
      torrent: info_hash === undefined ? null : (hash) => isMeant(hash, info_hash),
    }
    if (filter.events?.has('session_stats') ?? true) ticker.ask()
    return filter
  }
  return {
    'events.subscribe': ({ after, ...wanted }, peer) => {
      const filter = filterOf(wanted)
      subscriptions.get(peer)?.end()
      const subscription = new Subscription(bus, peer, filter, after)
      subscriptions.set(peer, subscription)
      return { seq: subscription.seen }
    },
    'events.wait': async ({ after, timeout, ...wanted }, peer) => {
      const timeoutMs = Math.min(timeout, longestWait) * 1000
      return await waitForEvent(bus, peer, filterOf(wanted), { after, timeoutMs })
    },
  }
}

/** A handle made before a magnet's metadata knows only one of the two hashes. */
function isMeant([v1, v2]: InfoHash, wanted: InfoHashParam): boolean {
  if (typeof wanted !== 'string') return wanted[0] !== null ? wanted[0] === v1 : wanted[1] === v2
  const lower = wanted.toLowerCase()
  return lower === v1 || lower === v2
}
