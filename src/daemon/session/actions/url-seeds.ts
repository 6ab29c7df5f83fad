import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import type { Session } from '../session.ts'
import type { TorrentRecord } from '../torrent/record.ts'

/** The urls of a torrent's web seeds. */
export function urlSeeds(session: Session, record: TorrentRecord): string[] {
  return session.store.swarmSources(record.row.id).webSeeds
}

/** Adds a web seed; durable when it returns. Throws InvalidValue for what is neither http nor https. */
export function addUrlSeed(session: Session, record: TorrentRecord, url: string): void {
  if (!/^https?:\/\/./.test(url) || !URL.canParse(url)) {
    throw new RpcError(
      ErrorCode.InvalidValue,
      `'url' takes the http or https url of a web seed, such as 'http://example.org/files/', not '${url}'`,
      { path: 'url' },
    )
  }
  const before = urlSeeds(session, record)
  if (!before.includes(url)) save(session, record, [...before, url])
}

/** Removes a web seed; durable when it returns. */
export function removeUrlSeed(session: Session, record: TorrentRecord, url: string): void {
  const before = urlSeeds(session, record)
  if (before.includes(url))
    save(
      session,
      record,
      before.filter((other) => other !== url),
    )
}

function save(session: Session, record: TorrentRecord, webSeeds: string[]): void {
  const { id } = record.row
  session.store.saveSwarmSources(id, { ...session.store.swarmSources(id), webSeeds })
  session.optionsChanged(record)
}
