import { compilePql, fieldsOf, type PqlSubject } from '../../pql/index.ts'
import { nearest } from '../../program/nearest.ts'
import { Turns } from '../../program/turns.ts'
import type { Params, Result } from '../../rpc/contract/index.ts'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import type { Session } from '../session/session.ts'
import { infoHashOf, type TorrentRecord } from '../session/torrent/record.ts'
import {
  isStatusField,
  listedFields,
  partialStatus,
  type StatusContext,
  type StatusField,
  statusFields,
} from '../session/torrent/status.ts'
import { parsedQuery } from './query.ts'

/** Torrents in one answer when the caller does not say: the most there may be. */
const pageSize = 10_000
/** Torrents that are looked at without a look at the clock. */
const step = 16

/**
 * A page of the torrents of a session, by info hash. Which torrents there are and their places in the queue are of one
 * moment; the status of each is of the moment at which the query was true of it, since others are answered in between.
 * What was removed meanwhile is left out. Rejects with InvalidQuery, InvalidValue.
 */
export async function listTorrents(
  session: Session,
  params: Params<'torrents.list'>,
): Promise<Result<'torrents.list'>> {
  const { query, after = null, limit = pageSize, fields } = params
  const names = fields ? checkedFields(fields) : listedFields
  const context = session.statusContext()
  const includes = query === undefined ? () => true : queryOf(query, context, session.clock.time())
  const { size } = session.records
  const records = session.records.page(after, query === undefined ? limit + 1 : size)
  const places = names.includes('queue_position') ? records.map(({ queue }) => queue.position) : null
  const torrents: Result<'torrents.list'>['torrents'] = []
  let next: Result<'torrents.list'>['next'] = null
  let last: TorrentRecord | null = null
  const turns = new Turns()
  for (const [i, record] of records.entries()) {
    if (i % step === step - 1) await turns.next()
    if (record.removed || !includes(record)) continue
    if (torrents.length === limit) {
      next = infoHashOf(last!)
      break
    }
    const status = partialStatus(record, context, names)
    if (places) status.queue_position = places[i]!
    torrents.push(status)
    last = record
  }
  return { torrents, torrents_total: size, next }
}

/** Of torrents that are not meant only what the query reads is computed. Throws InvalidQuery. */
function queryOf(text: string, context: StatusContext, now: number): (record: TorrentRecord) => boolean {
  const expression = parsedQuery(text)
  const includes = compilePql(expression)
  const fields = [...fieldsOf(expression)]
  return (record) => includes(partialStatus(record, context, fields) as PqlSubject, now)
}

/** Throws InvalidValue for a name that a status does not have. */
function checkedFields(names: readonly string[]): readonly StatusField[] {
  return names.map((name) => {
    if (isStatusField(name)) return name
    const meant = nearest(name, statusFields)
    const hint = meant ? `; did you mean '${meant}'?` : ''
    throw new RpcError(ErrorCode.InvalidValue, `a torrent status has no field '${name}'${hint}`, {
      path: 'fields',
    })
  })
}
