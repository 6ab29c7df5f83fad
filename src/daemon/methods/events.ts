import type { eventMethods } from '../../rpc/contract/events.ts'
import type { Handlers } from '../../rpc/contract/index.ts'
import type { InfoHash, InfoHashParam } from '../../rpc/contract/types.ts'
import { type EventName, longestWait, postedEvents } from '../../rpc/event-names.ts'
import type { Peer } from '../../rpc/peer.ts'
import type { EventBus, Filter } from '../events/bus.ts'
import type { StatsTicker } from '../events/stats-ticker.ts'
import { Subscription } from '../events/subscription.ts'
import { waitForEvent } from '../events/wait.ts'
import { postedData } from '../session/actions/posted.ts'
import type { Sessions } from '../session/sessions.ts'
import { infoHashOf } from '../session/torrent/record.ts'
import { finder } from './find.ts'

interface Wanted {
  events?: EventName[]
  session?: string
  info_hash?: InfoHashParam
  client?: string
}

/** Handlers of `events.*`. */
export function eventHandlers(
  sessions: Sessions,
  bus: EventBus,
  ticker: StatsTicker,
): Pick<Handlers, keyof typeof eventMethods> {
  const find = finder(sessions)
  const subscriptions = new WeakMap<Peer, Subscription>()
  /** Throws UnknownSession. */
  const filterOf = ({ events, session, info_hash, client }: Wanted, peer: Peer): Filter => {
    const filter: Filter = {
      events: events ? new Set(events) : null,
      session: session === undefined ? null : sessions.get(session).name,
      torrent: info_hash === undefined ? null : (hash) => isMeant(hash, info_hash),
      recipients: new Set([recipientOf(peer), ...(client === undefined ? [] : [recipientOf(peer, client)])]),
    }
    if (filter.events?.has('session_stats') ?? true) ticker.ask()
    return filter
  }
  return {
    'events.subscribe': ({ after, ...wanted }, peer) => {
      const filter = filterOf(wanted, peer)
      subscriptions.get(peer)?.end()
      const subscription = new Subscription(bus, peer, filter, after)
      subscriptions.set(peer, subscription)
      return { seq: subscription.seen }
    },
    'events.post': async ({ what, client, ...key }, peer) => {
      const [session, record] = find(key)
      const data = await postedData[what](session, record)
      const info_hash = infoHashOf(record)
      const event = { event: postedEvents[what], session: session.name, info_hash, ...data }
      return { seq: bus.post(recipientOf(peer, client), event) }
    },
    'events.wait': async ({ after, timeout, ...wanted }, peer) => {
      const timeoutMs = Math.min(timeout, longestWait) * 1000
      return await waitForEvent(bus, peer, filterOf(wanted, peer), { after, timeoutMs })
    },
  }
}

const numbers = new WeakMap<Peer, number>()
let lastNumber = 0

/** How a caller is known to the bus: by the word it chose, else by its connection. */
function recipientOf(peer: Peer, client?: string): string {
  if (client !== undefined) return `client ${client}`
  let number = numbers.get(peer)
  if (number === undefined) {
    number = ++lastNumber
    numbers.set(peer, number)
  }
  return `connection ${number}`
}

/** A handle made before a magnet's metadata knows only one of the two hashes. */
function isMeant([v1, v2]: InfoHash, wanted: InfoHashParam): boolean {
  if (typeof wanted !== 'string') return wanted[0] !== null ? wanted[0] === v1 : wanted[1] === v2
  const lower = wanted.toLowerCase()
  return lower === v1 || lower === v2
}
