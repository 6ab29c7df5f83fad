import type { DaemonEvent, Overflow } from '../../rpc/contract/events.ts'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import type { Peer } from '../../rpc/peer.ts'
import { type EventBus, type Filter, Reader } from './bus.ts'

/** What a wait found, and the number to go on after. */
export interface Waited {
  event: DaemonEvent | Overflow | null
  seq: number
}

/**
 * Waits for the first event that fits, at most `timeoutMs`; no longer than its caller is there. Rejects with
 * ShuttingDown.
 */
export async function waitForEvent(
  bus: EventBus,
  peer: Peer,
  filter: Filter,
  { after, timeoutMs }: { after: number | undefined; timeoutMs: number },
): Promise<Waited> {
  const reader = new Reader(bus, filter, after)
  const found = reader.next()
  if (found || timeoutMs === 0) return { event: found, seq: reader.seen }
  const { promise, resolve, reject } = Promise.withResolvers<Waited>()
  const giveUp = () => resolve({ event: null, seq: reader.seen })
  const timer = setTimeout(giveUp, timeoutMs)
  const stayedAway = peer.closed(giveUp)
  const forget = bus.listen({
    filter,
    wake: () => {
      const event = reader.next()
      if (event) resolve({ event, seq: reader.seen })
    },
    end: () => reject(new RpcError(ErrorCode.ShuttingDown, 'the daemon is shutting down')),
  })
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    stayedAway()
    forget()
  }
}
