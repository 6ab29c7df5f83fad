import type { Settings } from '../../../../rpc/contract/types.ts'
import { settingReader } from '../setting-reader.ts'

/** How pieces are chosen and written. All of it can change at once. */
export interface PieceSettings {
  /** Begun pieces go before all others. */
  prioritizePartial: boolean
  /** Pieces beside those that began lately go before others. */
  extentAffinity: boolean
  /** Blocks are asked for twice only once all are asked for. */
  strictEndGame: boolean
  /** So many pieces are taken as they come before the rarest go first. */
  initialThreshold: number
  /** A peer that sends a piece within so many seconds has pieces of its own. */
  wholePieceSeconds: number
  /** So many bytes may wait to be written before peers have to wait. */
  maxQueuedDisk: number
  /** Peers that have a piece hear, too, that we have it. */
  redundantHave: boolean
  /** So many suggestions are kept, of each peer and for each. */
  mostSuggested: number
}

/** Reads them. Names missing from `settings` have libtorrent's defaults. */
export function pieceSettings(settings: Settings): PieceSettings {
  const get = settingReader(settings)
  return {
    prioritizePartial: get('prioritize_partial_pieces'),
    extentAffinity: get('piece_extent_affinity'),
    strictEndGame: get('strict_end_game_mode'),
    initialThreshold: get('initial_picker_threshold'),
    wholePieceSeconds: Math.max(0, get('whole_pieces_threshold')),
    maxQueuedDisk: Math.max(1, get('max_queued_disk_bytes')),
    redundantHave: get('send_redundant_have'),
    mostSuggested: Math.max(1, get('max_suggest_pieces')),
  }
}
