import { getSystemErrorMap } from 'node:util'
import { compilePql, fieldsOf, type PqlSubject } from '../../pql/index.ts'
import { Turns } from '../../program/turns.ts'
import type { Params, Result } from '../../rpc/contract/index.ts'
import { type PorlaTorrent, porlaListNames, porlaStatusFields } from '../../rpc/contract/porla.ts'
import type { StateName } from '../../rpc/contract/types.ts'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import type { Session } from '../session/session.ts'
import type { Sessions } from '../session/sessions.ts'
import { hasMetadata } from '../session/torrent/predicates.ts'
import type { TorrentRecord } from '../session/torrent/record.ts'
import { partialStatus, type StatusContext, type StatusField } from '../session/torrent/status.ts'
import { parsedQuery } from './query.ts'

type ListParams = Params<'torrents.list'>
type OrderField = NonNullable<ListParams['order_by']>

/** A torrent that is meant, with what it is ordered by. */
interface Found {
  session: Session
  record: TorrentRecord
  context: StatusContext
  key: number | string
}

/** Torrents on a page when the caller does not say, as in Porla. */
const usualPageSize = 50

/** libtorrent's torrent_status::state_t. */
const stateNumbers: Record<StateName, number> = {
  checking_files: 1,
  downloading_metadata: 2,
  downloading: 3,
  finished: 4,
  seeding: 5,
  checking_resume_data: 7,
}

/** Whether a request is one in Porla's way. Throws InvalidParams when it is in both ways at once. */
export function isPorlaList(params: ListParams): boolean {
  const theirs = porlaListNames.find((name) => params[name] !== undefined)
  if (theirs === undefined) return false
  const ours = (['after', 'limit', 'fields'] as const).find((name) => params[name] !== undefined)
  if (ours === undefined) return true
  throw new RpcError(
    ErrorCode.InvalidParams,
    `torrents.list: '${ours}' and '${theirs}' exclude each other: pages are by \`after\` and \`limit\`, or by \`page\` and ` +
      '`page_size` as in Porla',
    { path: ours },
  )
}

/**
 * The torrents of all sessions, filtered, ordered and cut into pages as Porla does it; but all filters have to be true,
 * where in Porla the last one decides. Others are answered in between. Rejects with UnknownSession, InvalidQuery,
 * InvalidParams.
 */
export async function porlaList(sessions: Sessions, params: ListParams): Promise<Result<'torrents.list'>> {
  const { order_by = 'queue_position', order_by_dir = 'asc', page = 0, page_size = usualPageSize } = params
  const turns = new Turns()
  const found = await matching(sessions, params, order_by, turns)
  found.sort(order(order_by, order_by_dir))
  const start = page * page_size
  if (start > found.length) {
    const message = `torrents.list: 'page' ${page} is past the end: there are ${found.length} torrents`
    throw new RpcError(ErrorCode.InvalidParams, message, { path: 'page' })
  }
  const torrents: PorlaTorrent[] = []
  for (const one of found.slice(start, start + page_size)) {
    await turns.next()
    torrents.push(torrentOf(one, params.include_metadata ?? []))
  }
  return {
    order_by,
    order_by_dir,
    page,
    page_size,
    // typed for this program's own callers, see TorrentListItem
    torrents: torrents as unknown as Result<'torrents.list'>['torrents'],
    torrents_total: found.length,
    torrents_total_unfiltered: [...sessions].reduce((sum, { records }) => sum + records.size, 0),
    next: null,
  }
}

async function matching(
  sessions: Sessions,
  params: ListParams,
  orderBy: OrderField,
  turns: Turns,
): Promise<Found[]> {
  const { category, save_path, session: filtered, tags, query: filter } = params.filters ?? {}
  const queries = [params.query, filter].filter((text) => text !== undefined && text !== '') as string[]
  const wanted = queries.map((text) => {
    const expression = parsedQuery(text)
    return { fields: [...fieldsOf(expression)], includes: compilePql(expression) }
  })
  const names = [params.session, filtered].filter((name) => name !== undefined)
  for (const name of names) sessions.get(name)
  const found: Found[] = []
  for (const session of sessions) {
    if (names.some((name) => name !== session.name)) continue
    const context = session.statusContext()
    for (const record of [...session.records]) {
      await turns.next()
      const { row } = record
      if (category !== undefined && row.category !== category) continue
      if (save_path !== undefined && row.savePath !== save_path) continue
      if (tags !== undefined && !row.tags.includes(tags)) continue
      const isMeant = ({ fields, includes }: (typeof wanted)[number]) =>
        includes(partialStatus(record, context, fields) as PqlSubject, context.time)
      if (!wanted.every(isMeant)) continue
      found.push({ session, record, context, key: keyOf(record, context, orderBy) })
    }
  }
  return found
}

/** Texts are ordered by their bytes, as by strcmp: each byte is a character of the key. */
function keyOf(record: TorrentRecord, context: StatusContext, field: OrderField): number | string {
  if (field === 'size') return sizeOf(record)
  const value = partialStatus(record, context, [field])[field] as number | string
  return typeof value === 'string' ? Buffer.from(value).toString('latin1') : value
}

/** What has no place and no eta is last in either direction; among equals the info hash decides. */
function order(field: OrderField, direction: 'asc' | 'desc'): (a: Found, b: Found) => number {
  const sign = direction === 'asc' ? 1 : -1
  const lacks = ({ key }: Found) => (field === 'eta' || field === 'queue_position') && (key as number) < 0
  return (a, b) => {
    if (lacks(a) !== lacks(b)) return lacks(a) ? 1 : -1
    const [v1, other] = [a.record.row.v1, b.record.row.v1]
    return sign * (Number(a.key > b.key) - Number(a.key < b.key)) || Number(v1 > other) - Number(v1 < other)
  }
}

function torrentOf({ session, record, context }: Found, names: readonly string[]): PorlaTorrent {
  const fields: StatusField[] = [...porlaStatusFields, 'state', 'error', 'last_download', 'last_upload']
  const { state, error, last_download, last_upload, ...same } = partialStatus(record, context, fields)
  const ago = (time = 0) => (time > 0 ? Math.max(0, context.time - time) : -1)
  const { category } = record.row
  return {
    ...(same as Pick<PorlaTorrent, (typeof porlaStatusFields)[number]>),
    ...(category !== null && { category }),
    error: error == null ? null : { message: error, value: errorNumber(error) },
    last_download: ago(last_download),
    last_upload: ago(last_upload),
    metadata: chosen(session, record, names),
    size: sizeOf(record),
    state: stateNumbers[state!],
  }
}

function sizeOf(record: TorrentRecord): number {
  return hasMetadata(record) ? record.row.size : -1
}

/** Those names that the client asks for; `*` alone is all of them. */
function chosen(session: Session, record: TorrentRecord, names: readonly string[]): Record<string, unknown> {
  if (names.length === 0) return {}
  const all = session.store.metadata(record.row.id) ?? {}
  if (names.length === 1 && names[0] === '*') return all
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)))
}

/** The errno whose words a message ends with, -1 for none. */
function errorNumber(message: string): number {
  const text = message.toLowerCase()
  for (const [errno, [, words]] of getSystemErrorMap()) if (text.endsWith(words.toLowerCase())) return -errno
  return -1
}
