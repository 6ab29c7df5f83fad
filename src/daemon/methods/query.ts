import {
  compilePql,
  fieldsOf,
  PqlError,
  type PqlExpression,
  type PqlSubject,
  parsePql,
} from '../../pql/index.ts'
import type { InfoHash } from '../../rpc/contract/types.ts'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import type { Session } from '../session/session.ts'
import { infoHashOf, type TorrentRecord } from '../session/torrent/record.ts'
import { partialStatus, type StatusContext } from '../session/torrent/status.ts'

/** Torrents looked at in one go. */
const step = 1024

/**
 * Up to `limit` torrents behind `after` of which a query is true, by info hash. Of the others only what the query
 * reads is computed. Throws InvalidQuery, with the place in the text.
 */
export function matchingPage(
  session: Session,
  context: StatusContext,
  query: string,
  after: InfoHash | null,
  limit: number,
): TorrentRecord[] {
  const expression = parsedQuery(query)
  const includes = compilePql(expression)
  const fields = [...fieldsOf(expression)]
  const now = session.clock.time()
  const found: TorrentRecord[] = []
  for (let from = after; ; ) {
    const records = session.records.page(from, step)
    for (const record of records) {
      if (!includes(partialStatus(record, context, fields) as PqlSubject, now)) continue
      found.push(record)
      if (found.length === limit) return found
    }
    if (records.length < step) return found
    from = infoHashOf(records.at(-1)!)
  }
}

/** Throws InvalidQuery, with the place in the text. */
export function parsedQuery(query: string): PqlExpression {
  try {
    return parsePql(query)
  } catch (error) {
    if (!(error instanceof PqlError)) throw error
    const { offset, line, column, excerpt } = error
    throw new RpcError(ErrorCode.InvalidQuery, error.message, {
      path: 'query',
      offset,
      line,
      column,
      excerpt,
    })
  }
}
