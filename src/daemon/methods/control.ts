import type { controlMethods } from '../../rpc/contract/control.ts'
import type { Handlers } from '../../rpc/contract/index.ts'
import { clearError, pause, resume, setFlags } from '../session/actions/control.ts'
import { moveInQueue } from '../session/actions/queue-position.ts'
import type { Session } from '../session/session.ts'
import type { TorrentRecord } from '../session/torrent/record.ts'
import { recheck } from '../session/transitions/recheck.ts'
import type { Find, TorrentKey } from './find.ts'

/** Handlers of the methods that let a torrent run or not. */
export function controlHandlers(find: Find): Pick<Handlers, keyof typeof controlMethods> {
  /** A command that only acknowledges. */
  const command = (run: (session: Session, record: TorrentRecord) => void) => (key: TorrentKey) => {
    run(...find(key))
    return null
  }
  return {
    'torrents.pause': command(pause),
    'torrents.resume': command(resume),
    'torrents.recheck': command(recheck),
    'torrents.errors.clear': command(clearError),
    'torrents.flags.set': ({ flags, ...key }) => ({ warnings: setFlags(...find(key), flags) }),
    'torrents.queue.move': ({ to, ...key }) => ({ queue_position: moveInQueue(...find(key), to) }),
  }
}
