/** v1 and v2 info hash as lower-case hex (40 and 64 digits); null for the version that is missing. */
export type InfoHashes = [v1: string | null, v2: string | null]

/** One file of a torrent, pad files included; the place in the list is the file's index. */
export interface FileEntry {
  /** Below the save path, top folder included, '/'-separated. Never absolute, no element is '.' or '..'. */
  path: string
  /**
   * The path as the torrent spells it, its elements percent-encoded from the original bytes: what web seeds are asked for.
   * Left out when that is `path`, encoded.
   */
  own?: string
  /** Last element of `path`. */
  name: string
  /** Bytes; 0 for a symbolic link. */
  size: number
  /** Where the file starts in the piece space, bytes. */
  offset: number
  /** BEP 47 pad file: its bytes are zeros and it is never written. */
  pad: boolean
  executable: boolean
  hidden: boolean
  /**
   * What a BEP 47 symbolic link points to, as a path below the save path like `path`; null for other files.
   * A link whose target is not in the torrent points to itself, and is not to be created.
   */
  symlink: string | null
}

/** A tracker; a lower tier is asked first. Tiers are 0 to 255. */
export interface TrackerEntry {
  url: string
  tier: number
}

/** All that a torrent file says. What comes from outside the info dictionary is empty for a bare one. */
export interface Metainfo {
  /** Of the info dictionary's original bytes, whatever their form. */
  infoHash: InfoHashes
  /** The exact bytes of the info dictionary, in memory of their own. */
  info: Uint8Array
  /** Top folder, or the single file's name; safe as a file name. */
  name: string
  files: FileEntry[]
  /** Whether the files lie in a folder called `name`. */
  multiFile: boolean
  /** Bytes, pad files included. */
  totalSize: number
  /** Bytes, 1 to 2^30 - 1. */
  pieceLength: number
  /** Always `totalSize / pieceLength`, rounded up. */
  numPieces: number
  /** 20 bytes a piece, a view into `info`; empty for a v2-only torrent. */
  pieceHashes: Uint8Array
  private: boolean
  /** '' when absent, like `creator`. */
  comment: string
  creator: string
  /** Unix seconds, 0 when absent. */
  creationDate: number
  /** Sorted by tier, otherwise in the file's order. */
  trackers: TrackerEntry[]
  webSeeds: string[]
  /** DHT nodes: host and port. */
  nodes: [host: string, port: number][]
  version: 'v1' | 'v2' | 'hybrid'
}

/** All that a magnet link says. */
export interface MagnetLink {
  /** At least one of the two is there. */
  infoHash: InfoHashes
  /** `dn`, to be shown until the metadata is known; '' when absent. Cleaned as file names are. */
  name: string
  /** Each `tr` is a tier of its own, in the link's order. */
  trackers: TrackerEntry[]
  webSeeds: string[]
  /** `x.pe`: '1.2.3.4:5' or '[::1]:5'. Host names are left out, as in libtorrent. */
  peers: string[]
  /**
   * `so` (BEP 53) as one priority a file, 4 (wanted) or 0; files past the list's end are not wanted.
   * Null without `so`: every file is wanted.
   */
  filePriorities: number[] | null
}
