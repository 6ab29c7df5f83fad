import type { DaemonEvent } from '../../../rpc/contract/events.ts'
import type { Postable } from '../../../rpc/event-names.ts'
import type { Session } from '../session.ts'
import type { TorrentRecord } from '../torrent/record.ts'
import { statusOf } from '../torrent/status.ts'
import { fileProgressOf } from './files.ts'
import { availabilityOf, downloadQueueOf, peersOf } from './peers.ts'
import { trackersOf } from './trackers.ts'

/** What an event says that was asked for, as it is now. */
export const postedData: Readonly<
  Record<Postable, (session: Session, record: TorrentRecord) => Promise<Partial<DaemonEvent>>>
> = {
  download_queue: async (...of) => ({ pieces: await downloadQueueOf(...of) }),
  file_progress: async (...of) => ({ progress: await fileProgressOf(...of) }),
  peer_info: async (...of) => ({ peers: await peersOf(...of) }),
  piece_availability: async (...of) => ({ availability: await availabilityOf(...of) }),
  trackers: async (...of) => ({ trackers: trackersOf(...of) }),
  status: async (session, record) => ({ status: statusOf(record, session.statusContext()) }),
}
