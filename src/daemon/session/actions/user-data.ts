import type { Params, Result } from '../../../rpc/contract/index.ts'
import type { Session } from '../session.ts'
import type { TorrentRecord } from '../torrent/record.ts'

type UserDataChanges = Params<'torrents.userdata.update'>

/** Changes category and tags: `tags` replaces all of them, then `add_tags` and `remove_tags` follow. */
export function updateUserData(
  session: Session,
  record: TorrentRecord,
  changes: UserDataChanges,
): Result<'torrents.userdata.update'> {
  const gone = new Set(changes.remove_tags)
  const tags = [...new Set([...(changes.tags ?? record.row.tags), ...(changes.add_tags ?? [])])]
  session.change(record, {
    ...(changes.category !== undefined && { category: changes.category }),
    tags: tags.filter((tag) => !gone.has(tag)),
  })
  return userData(record)
}

/** Category and tags as they stand. */
export function userData({ row }: TorrentRecord): Result<'torrents.userdata.get'> {
  return { category: row.category, tags: [...row.tags] }
}
