/**
 * How two values of a field are held against each other. Every property of TorrentStatus has a row in `statusRules`;
 * what is not named here at all (handles, files on disk, torrent files, settings) has to be equal.
 */
export interface Rule {
  /** In words, for the report of a difference. */
  says: string
  holds(ours: unknown, theirs: unknown): boolean
}

const numbers = (test: (a: number, b: number) => boolean) => (a: unknown, b: unknown) =>
  typeof a === 'number' && typeof b === 'number' && test(a, b)

const equal: Rule = { says: 'equal', holds: (a, b) => JSON.stringify(a) === JSON.stringify(b) }

/** libtorrent's floats have 32 bits, and progress comes in steps of a millionth. */
const float: Rule = { says: 'equal to 2/1000000', holds: numbers((a, b) => Math.abs(a - b) <= 2e-6) }

/** Messages are each program's own; whether there is one is not. */
const both: Rule = { says: 'both set or both nil', holds: (a, b) => (a === undefined) === (b === undefined) }

/** Both sides were started by the same test and meet at every checkpoint; a busy machine may hold one of them up. */
const near = (seconds: number): Rule => ({
  says: `at most ${seconds} s apart`,
  holds: numbers((a, b) => Math.abs(a - b) <= seconds),
})

/** A moment: both never (0), or near each other. */
const moment: Rule = {
  says: 'both 0, or at most 20 s apart',
  holds: numbers((a, b) => (a === 0) === (b === 0) && Math.abs(a - b) <= 20),
}

/** Requests, handshakes and extension messages differ from program to program; piece data rules. */
const traffic: Rule = {
  says: 'apart by at most a tenth and 16 KiB',
  holds: numbers((a, b) => Math.abs(a - b) <= Math.max(a, b) / 10 + 16384),
}

/** A rate is of this very moment: neither negative nor more than loopback can carry. */
const rate: Rule = {
  says: 'both a whole number of bytes/s',
  holds: numbers((a, b) => [a, b].every((value) => Number.isInteger(value) && value >= 0 && value < 1e9)),
}

/** Bit 30 asks whether the download took more than a second. */
const rank: Rule = {
  says: 'equal, bit 30 aside',
  holds: numbers((a, b) => (a & ~(1 << 30)) === (b & ~(1 << 30))),
}

export const statusRules: Record<string, Rule> = {
  state: equal,
  progress: float,
  is_finished: equal,
  is_seeding: equal,
  flags: equal,
  queue_position: equal,
  name: equal,
  save_path: equal,
  info_hash: equal,
  has_metadata: equal,
  total: equal,
  total_done: equal,
  total_wanted: equal,
  total_wanted_done: equal,
  num_pieces: equal,
  pieces: equal,
  block_size: equal,
  error: both,
  error_file: both,
  total_download: traffic,
  total_upload: traffic,
  total_payload_download: equal,
  total_payload_upload: equal,
  all_time_download: equal,
  all_time_upload: equal,
  ratio: float,
  total_failed_bytes: equal,
  total_redundant_bytes: equal,
  download_rate: rate,
  upload_rate: rate,
  download_payload_rate: rate,
  upload_payload_rate: rate,
  num_peers: equal,
  num_connections: equal,
  num_seeds: equal,
  num_uploads: equal,
  list_peers: equal,
  list_seeds: equal,
  connect_candidates: equal,
  num_complete: equal,
  num_incomplete: equal,
  connections_limit: equal,
  uploads_limit: equal,
  up_bandwidth_queue: equal,
  down_bandwidth_queue: equal,
  distributed_copies: { says: 'equal to 1/1000', holds: numbers((a, b) => Math.abs(a - b) <= 0.001) },
  current_tracker: equal,
  announcing_to_trackers: equal,
  announcing_to_dht: equal,
  announcing_to_lsd: equal,
  has_incoming: equal,
  moving_storage: equal,
  need_save_resume: equal,
  added_time: moment,
  completed_time: moment,
  active_duration: near(20),
  finished_duration: near(20),
  seeding_duration: near(20),
  seed_rank: rank,
  last_download: moment,
  last_upload: moment,
  last_seen_complete: moment,
  next_announce: near(20),
  // of this very moment, like the rate that it follows from
  eta: {
    says: 'both -1 or more, and -1 when everything is there',
    holds: numbers((a, b) => Number.isInteger(a) && Number.isInteger(b) && a >= -1 && b >= -1),
  },
}

/** What follows from the rules by the path of a value: `TORRENT.status.FIELD...` has a row, everything else is equal. */
export function ruleOf(path: string): Rule {
  const [, part, field] = path.split('/')
  if (field === 'failed') return both
  if (part !== 'status' || field === undefined) return equal
  const rule = statusRules[field]
  if (!rule) throw new Error(`rules.ts has no row for the status property ${field}`)
  return rule
}
