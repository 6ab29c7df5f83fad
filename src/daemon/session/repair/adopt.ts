import type { SavedTorrent } from '../../state/rows.ts'
import { tell } from '../events.ts'
import type { Session } from '../session.ts'
import type { Sessions } from '../sessions.ts'
import { firstLook } from '../transitions/first-look.ts'
import { finishRemovals } from '../transitions/removals.ts'
import { type PutBack, withCounters } from './put-back.ts'

/** Has sessions that run take over what was put back into the state. Sessions that are not configured keep theirs there. */
export function adoptAll(sessions: Sessions, back: PutBack): void {
  for (const session of sessions) {
    for (const saved of back.torrents) if (saved.row.session === session.name) adopt(session, saved)
    for (const { session: name, name: key, value } of back.settings) {
      if (name === session.name) session.takeSettings({ [key]: value })
    }
    finishRemovals(
      session,
      back.removals.filter((removal) => removal.session === session.name),
    )
    if (back.paused.includes(session.name)) session.setPaused(true)
    for (const { id, counters } of back.counters) {
      const record = [...session.records].find(({ row }) => row.id === id)
      if (record === undefined) continue
      Object.assign(record.progress, withCounters(record.progress, counters))
      session.saver.mark(record)
    }
  }
}

function adopt(session: Session, saved: SavedTorrent): void {
  const record = session.admit(saved)
  if (saved.row.queueKey !== null) {
    const queueKey = session.queue.newKey()
    session.change(record, { queueKey })
    session.queue.append(record)
  }
  tell(session.events, 'torrent_added', record)
  firstLook(session, record)
  session.touch(record)
}
