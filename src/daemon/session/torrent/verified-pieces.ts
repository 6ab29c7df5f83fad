import { newBits } from '../../../metainfo/bits.ts'
import { FilesState } from '../../state/rows.ts'
import type { Store } from '../../state/store.ts'
import type { TorrentRecord } from './record.ts'

/**
 * The verified pieces of a torrent, from the same moment as its counts in a status. All clear before metadata and while
 * checking; what was found until then when a check failed.
 */
export function verifiedPieces(
  store: Pick<Store, 'have'>,
  { row, progress, observed }: TorrentRecord,
): Uint8Array {
  const nothing = () => newBits(row.pieces)
  if (progress.files !== FilesState.known) return observed?.failedCheck?.have ?? nothing()
  return observed?.have ?? store.have(row.id) ?? nothing()
}
