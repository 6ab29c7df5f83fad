/** Whether the daemon knows what of a torrent is on disk. */
export const FilesState = {
  /** Just added: nobody has looked yet. */
  unseen: 0,
  /** Something is there, or a check was asked for: every piece has to be hashed. */
  unchecked: 1,
  /** The bitfield is right. */
  known: 2,
} as const
export type FilesState = (typeof FilesState)[keyof typeof FilesState]

/** What was asked of a torrent and what its metadata says: written when it changes, before anybody is told. */
export interface TorrentRow {
  readonly id: number
  readonly session: string
  /** v1 info hash, 40 lower-case hex digits; unique in a session. */
  readonly v1: string
  /** v2 info hash, 64 digits, of a hybrid torrent. */
  v2: string | null
  name: string
  savePath: string
  /** Unix seconds. */
  addedTime: number
  /** Bits of session/torrent/flags.ts. */
  flags: number
  /** Orders the queue, smallest first; null when finished. */
  queueKey: number | null
  category: string | null
  tags: readonly string[]
  /** Bytes/s, -1 unlimited; also the three below. */
  downloadLimit: number
  uploadLimit: number
  maxConnections: number
  maxUploads: number
  /** 0..7, one byte a file; null: every file at 4. */
  filePriorities: Uint8Array | null
  error: string | null
  errorFile: string | null
  /** Bytes, pad files included. 0 before metadata, like the four below. */
  size: number
  /** Bytes without pad files. */
  total: number
  totalWanted: number
  pieceLength: number
  pieces: number
}

/** What is known of a torrent's data: small, and saved every few seconds while it changes. */
export interface ProgressRow {
  files: FilesState
  /** Verified pieces. */
  haveCount: number
  /** Bytes. */
  done: number
  wantedDone: number
  /** Every wanted piece is there. */
  finished: boolean
  /** Unix seconds, 0 never. */
  completedTime: number
  /** Bytes of piece data over the torrent's life. */
  downloaded: number
  uploaded: number
  /** Milliseconds not paused; not paused and finished; not paused and complete. */
  activeMs: number
  finishedMs: number
  seedingMs: number
  /** When a piece's data last came, and last went; Unix seconds, 0 never. */
  lastDownload: number
  lastUpload: number
  /** When a peer that has everything was last seen; Unix seconds, 0 never. */
  lastSeenComplete: number
}

/** What a client keeps with a torrent: JSON values by names of its own. Nobody else reads it. */
export type Metadata = Record<string, unknown>

/** Where a torrent finds its peers. Read only when it is loaded. */
export interface SwarmSources {
  /** `source`: bits of session/torrent/swarm-sources.ts. */
  trackers: { url: string; tier: number; source?: number }[]
  webSeeds: string[]
  /** `host:port` */
  peers: string[]
  trackerId: string
  /**
   * Of a torrent without metadata, the part of the above that came with other links of its hash: dropped when it turns
   * out to be private.
   */
  later?: { trackers: string[]; webSeeds: string[]; peers: string[] }
}

/** Files of a removed torrent that still have to be deleted. */
export interface RemovalRow {
  readonly id: number
  readonly session: string
  readonly v1: string
  readonly savePath: string
  readonly torrentFile: Uint8Array
}

/** Where a torrent's files lie. */
export interface TorrentPlace {
  readonly id: number
  readonly session: string
  readonly v1: string
  /** Name of the top folder, or of the only file. */
  readonly name: string
  readonly savePath: string
  /** Bytes without pad files. */
  readonly total: number
}

/** A move of a torrent's files that is not finished. */
export interface MoveRow {
  readonly id: number
  /** Number of the torrent. */
  readonly torrent: number
  /** The new save path. */
  readonly target: string
}

/** Fields of TorrentRow that may change after adding. */
export type TorrentChanges = Partial<Omit<TorrentRow, 'id' | 'session' | 'v1' | 'addedTime'>>

/** A torrent as it is loaded at start. */
export interface SavedTorrent {
  row: TorrentRow
  progress: ProgressRow
}

/** Progress of a torrent of whose files nothing is known: they will be looked at. */
export const unknownProgress: Readonly<ProgressRow> = Object.freeze({
  files: FilesState.unseen,
  haveCount: 0,
  done: 0,
  wantedDone: 0,
  finished: false,
  completedTime: 0,
  downloaded: 0,
  uploaded: 0,
  activeMs: 0,
  finishedMs: 0,
  seedingMs: 0,
  lastDownload: 0,
  lastUpload: 0,
  lastSeenComplete: 0,
})
