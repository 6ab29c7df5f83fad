import type { Settings } from '../../../../rpc/contract/types.ts'
import { settingReader } from '../setting-reader.ts'

/** libtorrent's choking_algorithm. */
export const ChokingAlgorithm = { fixedSlots: 0, rateBased: 2 } as const
/** libtorrent's seed_choking_algorithm. */
export const SeedChoking = { roundRobin: 0, fastestUpload: 1, antiLeech: 2 } as const

/** Who may ask us for blocks. All of it can change at once. */
export interface UploadSettings {
  /** Peers that may ask at a time; negative: all of them. */
  unchokeSlots: number
  /** Of those so many have their turn whatever they do; 0: a fifth. */
  optimisticSlots: number
  /** Seconds between two rounds of choking, and between two turns of those. */
  unchokeEvery: number
  optimisticEvery: number
  /** One of ChokingAlgorithm, others count as fixed slots; one of SeedChoking, others count as round robin. */
  chokingAlgorithm: number
  seedChoking: number
  /** Round robin: a peer has had its turn after so many pieces. */
  pieceQuota: number
  /** Rate based: the first peer has to take so many bytes/s for there to be a second slot. */
  rateThreshold: number
  /** So many pieces each peer may ask for while it is choked. */
  allowedFast: number
  /** Peers hear which pieces are in memory. */
  suggests: boolean
}

/** Reads them. Names missing from `settings` have libtorrent's defaults. */
export function uploadSettings(settings: Settings): UploadSettings {
  const get = settingReader(settings)
  return {
    unchokeSlots: get('unchoke_slots_limit'),
    optimisticSlots: Math.max(0, get('num_optimistic_unchoke_slots')),
    unchokeEvery: Math.max(1, get('unchoke_interval')),
    optimisticEvery: Math.max(1, get('optimistic_unchoke_interval')),
    chokingAlgorithm: get('choking_algorithm'),
    seedChoking: get('seed_choking_algorithm'),
    pieceQuota: Math.max(0, get('seeding_piece_quota')),
    rateThreshold: get('rate_choker_initial_threshold'),
    allowedFast: Math.max(0, get('allowed_fast_set_size')),
    suggests: get('suggest_mode') === 1,
  }
}
