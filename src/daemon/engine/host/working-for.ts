import { AsyncLocalStorage } from 'node:async_hooks'
import diagnostics from 'node:diagnostics_channel'

/**
 * For which torrent this process works: what is started for one (timers, sockets, promises) carries its id along, so that an
 * exception that nobody caught can be told to come of it.
 */
const current = new AsyncLocalStorage<string | null>()

const begins = diagnostics.channel('porla-lua:torrent')

/** Does something for a torrent (its id, 40 hex digits), and everything that follows from it. */
export function workFor<T>(id: string, work: () => T): T {
  return current.run(id, () => {
    tellWork(id)
    return work()
  })
}

/** Makes something that all torrents will use. */
export function workForAll<T>(work: () => T): T {
  return current.run(null, work)
}

/** The torrent for which the code that runs was started; null when it is none, or not known. */
export function workedFor(): string | null {
  return current.getStore() ?? null
}

/** Says that something of a torrent is about to be taken in, such as the answer of its tracker. */
export function tellWork(id: string): void {
  begins.publish(id)
}

/** Calls `heard` with the id of each torrent that something is about to be done for. */
export function hearWork(heard: (id: string) => void): void {
  begins.subscribe((id) => heard(id as string))
}
