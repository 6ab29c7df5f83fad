import { Turns } from '../../program/turns.ts'
import type { Handlers } from '../../rpc/contract/index.ts'
import type { InfoHashParam } from '../../rpc/contract/types.ts'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import { removeTorrent } from '../session/actions/remove.ts'
import type { Session } from '../session/session.ts'
import type { Sessions } from '../session/sessions.ts'
import type { TorrentRecord } from '../session/torrent/record.ts'
import { type Find, holderOf } from './find.ts'

/**
 * `torrents.remove`: one torrent by `info_hash`, or Porla's `info_hashes`, of which those that are not there are told as
 * warnings. Nothing is removed when one of them is in several sessions.
 */
export function removing(sessions: Sessions, find: Find): Handlers['torrents.remove'] {
  return async ({ info_hash, info_hashes, remove_files, remove_data, ...named }, peer) => {
    const withFiles = whether(remove_files, remove_data)
    if (info_hashes === undefined) {
      if (info_hash === undefined) throw refused('info_hash', "'info_hash' is missing, or 'info_hashes'")
      return { warnings: await removeTorrent(...find({ ...named, info_hash }), withFiles) }
    }
    if (info_hash !== undefined) throw refused('info_hashes', "give 'info_hash' or 'info_hashes', not both")
    const found = info_hashes.map((hash) => holderOf(sessions, { ...named, info_hash: hash }))
    const missing = info_hashes.filter((_, i) => found[i] === null).map(notThere)
    const there = new Map(found.flatMap((one) => (one === null ? [] : [[one[1], one[0]] as const])))
    const begun = removeInTurns(there, withFiles)
    peer.hold(begun)
    const removed = await Promise.allSettled(await begun)
    const failed = removed.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
    const warnings = removed.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
    return { warnings: [...missing, ...warnings] }
  }
}

/** Begins to remove torrents one after the other, each for good; others are answered in between. */
async function removeInTurns(
  torrents: ReadonlyMap<TorrentRecord, Session>,
  withFiles: boolean,
): Promise<Promise<string[]>[]> {
  const turns = new Turns()
  const begun: Promise<string[]>[] = []
  for (const [record, session] of torrents) {
    await turns.next()
    // somebody else did it meanwhile
    if (record.removed) continue
    const removal = removeTorrent(session, record, withFiles)
    // it may fail before all of them have begun; who waits for all of them hears of it
    removal.catch(() => {})
    begun.push(removal)
  }
  return begun
}

/** Whether the files go too, by either name. Throws InvalidParams when the two contradict each other. */
function whether(files: boolean | undefined, data: boolean | undefined): boolean {
  if (files !== undefined && data !== undefined && files !== data)
    throw refused(
      'remove_data',
      "'remove_data' is the same as 'remove_files', and they contradict each other",
    )
  return files ?? data ?? false
}

function notThere(hash: InfoHashParam): string {
  return `there is no torrent ${typeof hash === 'string' ? hash : (hash[0] ?? hash[1])}: it was not removed`
}

function refused(path: string, why: string): RpcError {
  return new RpcError(ErrorCode.InvalidParams, `torrents.remove: ${why}`, { path })
}
