import { Turns } from '../../program/turns.ts'
import { webtorrentVersion } from '../../program/version.ts'
import type { Handlers, Result } from '../../rpc/contract/index.ts'
import type { porlaMethods } from '../../rpc/contract/porla.ts'
import type { Session } from '../session/session.ts'
import type { Sessions } from '../session/sessions.ts'
import { partialStatus } from '../session/torrent/status.ts'
import type { Find } from './find.ts'

type Overview = Result<'torrents.overview'>['sessions'][string]

/** The Porla and the libtorrent that are followed. */
const followed = {
  porla: { branch: 'main', commitish: '5a5ccd8', version: '0.41.0' },
  libtorrent: { revision: '', version: '2.0.8' },
}

/** Handlers of the methods that are here for Porla's clients. */
export function porlaHandlers(
  sessions: Sessions,
  find: Find,
  version: string,
): Pick<Handlers, keyof typeof porlaMethods> {
  return {
    'sys.versions': () => {
      const { node, openssl = '', sqlite = '' } = process.versions
      return {
        ...followed,
        porla_lua: { version },
        node: { version: node },
        openssl: { version: openssl },
        sqlite: { version: sqlite },
        webtorrent: { version: webtorrentVersion },
      }
    },
    'torrents.metadata.list': (key) => {
      const [session, record] = find(key)
      return { metadata: session.store.metadata(record.row.id) ?? {} }
    },
    'torrents.overview': async () => {
      const found: Record<string, Overview> = {}
      for (const session of sessions) found[session.name] = await overviewOf(session)
      return { sessions: found }
    },
  }
}

/** Trackers are read from the state, torrent by torrent: in turns, so that others are answered in between. */
async function overviewOf(session: Session): Promise<Overview> {
  const turns = new Turns()
  const counted = { category: new Tally(), state: new Tally(), tag: new Tally(), tracker: new Tally() }
  const context = session.statusContext()
  let total = 0
  for (const record of [...session.records]) {
    await turns.next()
    if (record.removed) continue
    const { category, tags, id } = record.row
    total++
    counted.category.add(category === null ? [] : [category])
    counted.state.add([partialStatus(record, context, ['state']).state as string])
    counted.tag.add(tags)
    counted.tracker.add(session.store.swarmSources(id).trackers.map(({ url }) => url))
  }
  return {
    torrents_per_category: counted.category.result,
    torrents_per_state: counted.state.result,
    torrents_per_tag: counted.tag.result,
    torrents_per_tracker: counted.tracker.result,
    torrents_total: total,
  }
}

/** How often each name comes. */
class Tally {
  readonly #counts = new Map<string, number>()

  add(names: readonly string[]): void {
    for (const name of names) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  get result(): Record<string, number> {
    return Object.fromEntries(this.#counts)
  }
}
