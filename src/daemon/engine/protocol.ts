import type { PartialPiece, PeerInfo } from '../../rpc/contract/peers.ts'
import type { Settings } from '../../rpc/contract/types.ts'

/**
 * What the daemon and an engine host say to each other, over the channel of `child_process.fork` (structured
 * clone, so bytes cross as Uint8Array).
 *
 * The daemon says what it wants; the host says what it sees. A host keeps no truth: everything in a task can be
 * sent again to a new host, and `have` in its reports is enough to go on where the last one died.
 */

/** v1 info hash as 40 lower-case hex digits: the key of a torrent inside one session. */
export type TorrentId = string

/** Rates in bytes/s, counts; -1 is unlimited. */
export interface TaskLimits {
  download: number
  upload: number
  connections: number
  uploads: number
}

/** A tracker with its tier, 0 first. */
export interface TaskTracker {
  url: string
  tier: number
}

/** The part of a task that may change while the torrent is loaded. */
export interface TaskOptions {
  trackers: TaskTracker[]
  webSeeds: string[]
  /** One per file, 0..7; shorter means 4 for the rest. */
  filePriorities: number[]
  sequential: boolean
  limits: TaskLimits
  /** Request nothing, only serve. */
  uploadMode: boolean
  /** Trackers are known but not asked. */
  disableTrackers: boolean
  disableDht: boolean
  disableLsd: boolean
  disablePex: boolean
}

/** A peer that a torrent knows, connected or not. */
export interface KnownPeer {
  /** `host:port` */
  address: string
  /** What it came from: libtorrent's bits (peer_info::source). */
  source: number
  /** It has everything, as far as is known. */
  seed: boolean
  /** False when calling it has failed too often, or would bring nothing. */
  worthCalling: boolean
}

/** Everything a host needs to run one torrent. */
export interface TorrentTask extends TaskOptions {
  id: TorrentId
  /** v2 info hash as 64 lower-case hex digits: the metadata has to have it too. null: not known, or there is none. */
  v2: string | null
  /** Shown and sent until the metadata tells the name. */
  name: string
  /** The whole .torrent file; null for a magnet, whose metadata the host then reports. */
  torrentFile: Uint8Array | null
  /** Absolute folder. */
  savePath: string
  /**
   * Pieces known to be on disk, high bit first. null: not known, so look at what is there and hash it.
   * Believed of files that look as in `stamps`; the pieces of others are hashed.
   */
  have: Uint8Array | null
  /** What the files looked like, from `stamps` of a report; null: not known, so their sizes have to do. */
  stamps: Uint8Array | null
  /** It had some when it was last looked at, even if nobody knows which: that none of its files is there is no beginning. */
  hadPieces: boolean
  /** Files with pieces of `have` may be missing: their pieces are. Otherwise that stops the torrent (EGONE). */
  acceptGone: boolean
  /** Nobody has hashed the pieces of `have`: that is done when a peer first asks for one. */
  trusted: boolean
  /** `host:port` to try at once. */
  peers: string[]
  /** Who was known when the torrent last left a host. */
  known: KnownPeer[]
  /** Sent to trackers as tracker id. */
  trackerId: string
  /** Piece data before this load, for what trackers are told. */
  uploadedBefore: number
  downloadedBefore: number
}

/** Files to be moved. Both folders are absolute. */
export interface MoveTask {
  torrentFile: Uint8Array
  from: string
  to: string
  have: Uint8Array | null
}

/** File priorities that changed: those before, and those now; the rest has 4. */
export interface PriorityTask {
  torrentFile: Uint8Array
  savePath: string
  /** As in TorrentTask. */
  stamps: Uint8Array | null
  before: number[]
  now: number[]
}

/** Requests of the daemon: one property per method, as `params -> result`. Each is answered exactly once. */
export interface HostMethods {
  /** First message. Also later: applies what can change at once, rebuilds the client for the rest. */
  configure: (params: { session: string; settings: Settings }) => null
  /** Answers. */
  ping: (params: null) => null
  /** Lets no peer at these IP addresses in, and breaks off with those that were called. They add up. */
  ban: (params: { addresses: string[] }) => null
  /** Starts (checks, then runs) a torrent; answers when accepted, progress comes as reports. */
  load: (params: { task: TorrentTask }) => null
  /** Stops it: trackers told, files closed, counters final. Answers with the last report; null if unknown. */
  unload: (params: { id: TorrentId }) => LastReport | null
  update: (params: { id: TorrentId; options: Partial<TaskOptions> }) => null
  addPeer: (params: { id: TorrentId; address: string }) => null
  /**
   * Asks trackers again in `afterMs`, but not before the least interval they gave is over, unless that is ignored.
   * `url` null: all that are in use.
   */
  reannounce: (params: {
    id: TorrentId
    url: string | null
    afterMs: number
    ignoreMinInterval: boolean
  }) => null
  /**
   * Asks the trackers of a torrent, loaded or not, how large its swarm is: one after the other until one answers; null
   * when none does. What they say is in the reports of a torrent that is loaded.
   */
  scrape: (params: { id: TorrentId; urls: string[] }) => ScrapeResult | null
  /** Disconnects peers and forgets their addresses: those of `addresses`, else all. Web seeds stay. */
  clearPeers: (params: { id: TorrentId; addresses?: string[] }) => null
  /**
   * Bytes of each file that are there: verified pieces and complete blocks of unfinished ones. null before the metadata
   * and while what is on disk is not known.
   */
  fileProgress: (params: { id: TorrentId }) => number[] | null
  /** Every connection, half-open ones included. */
  peerInfo: (params: { id: TorrentId }) => PeerInfo[]
  /** How many connected peers have each piece; null before the metadata. */
  pieceAvailability: (params: { id: TorrentId }) => number[] | null
  /** The pieces that have begun and are not verified yet. */
  downloadQueue: (params: { id: TorrentId }) => PartialPiece[]
  /**
   * Deletes the files of a torrent that is not loaded, its part file, and its folders if empty; nothing else.
   * Files that are already gone are fine; a file that cannot be deleted is an error naming it. `keep`: names below the
   * save path that stay. Answers with the names that were left because they lie behind a link out of the save path.
   */
  removeFiles: (params: { torrentFile: Uint8Array; savePath: string; keep: string[] }) => string[]
  /**
   * Moves the files of a torrent that is not loaded, and its part file, to another folder; see storage/move-files.ts.
   * The same move again does what is left after it was cut off. `have`: the pieces that are known, null if none are.
   * After an error nothing has moved.
   */
  moveFiles: (params: MoveTask) => null
  /**
   * Gives the files of a torrent that is not loaded their place: those that have become wanted are made, and get the
   * bytes that were kept aside; see Storage.setPriorities. Answers with what the files look like then, null when that was
   * not known before.
   */
  placeFiles: (params: PriorityTask) => Uint8Array | null
  /** Closes the files of a torrent that is loaded, and forgets what was read of them; they are opened again when needed. */
  closeFiles: (params: { id: TorrentId }) => null
  /** Unloads everything, tells trackers, then exits by itself. */
  shutdown: (params: { deadlineMs: number }) => null
}

/**
 * What went wrong with a torrent. It has stopped if its phase says so; a read for a peer that fails does not stop it.
 * `file` is the path concerned, when there is one.
 */
export interface TaskError {
  message: string
  file: string | null
  /** errno name such as ENOSPC, when it is an error of the system; EGONE: files are not there that held pieces. */
  code: string | null
  /** A piece that was downloaded could not be written. */
  write: boolean
}

/** What one tracker says of a torrent; -1 unknown. */
export interface ScrapeResult {
  url: string
  complete: number
  incomplete: number
  downloaded: number
}

/** What is known of one tracker of a loaded torrent. */
export interface TrackerReport {
  url: string
  /** It may differ from the one it was given: prefer_udp_trackers. */
  tier: number
  /** The last it handed out, "" for none. */
  trackerId: string
  /** Given up after so many failures; 0 never. */
  failLimit: number
  /** It answered as it should, once. */
  verified: boolean
  /** Failures in a row. */
  fails: number
  /** Warning or failure in the tracker's own words, "" for none. */
  message: string
  /** Category and number, as libtorrent prints them (`system:111`), "" for none. */
  lastError: string
  /** Unix seconds, null for not planned. */
  nextAnnounce: number | null
  minAnnounce: number | null
  updating: boolean
  /** It has heard of this start, and of the completion. */
  startSent: boolean
  completeSent: boolean
  /** -1 unknown. */
  complete: number
  incomplete: number
  downloaded: number
}

/**
 * What a host knows of one loaded torrent. Counters are since this load. Sent when something changed and at most
 * a few times a second; fields that did not change since the last report are left out, `id` never.
 */
export interface TorrentReport {
  id: TorrentId
  /** `checking`: hashing what is on disk. `metadata`: waiting for the info dictionary. `stopped`: by an error. */
  phase?: 'checking' | 'metadata' | 'running' | 'stopped'
  /** 0..1 of pieces looked at, while checking. */
  checked?: number
  /** Verified pieces; sent when checking ends and then as it grows. */
  have?: Uint8Array
  /** What the files looked like that hold them, for the next load (storage/file-stamps.ts); sent with `have`. */
  stamps?: Uint8Array
  /** The disk has been looked at in this load: `have` and `stamps` are what is there. */
  looked?: boolean
  /** A file is gone, or somebody else changed it: load the torrent again, which finds out what is left. */
  doubt?: boolean
  /**
   * Of a torrent that came with `trusted`: `given` while pieces are taken on trust, `proven` when all were asked for and
   * right, `broken` when one was not. Otherwise `none`.
   */
  trust?: 'none' | 'given' | 'proven' | 'broken'
  /** Verified bytes plus complete blocks of unfinished pieces. */
  done?: number
  /** Complete blocks of unfinished pieces that are wanted. */
  wantedPartial?: number
  error?: TaskError | null
  download?: number
  upload?: number
  payloadDownload?: number
  payloadUpload?: number
  failedBytes?: number
  redundantBytes?: number
  downloadRate?: number
  uploadRate?: number
  payloadDownloadRate?: number
  payloadUploadRate?: number
  peers?: number
  connections?: number
  seeds?: number
  unchoked?: number
  /** Addresses, connected or not, and those of seeds among them. */
  knownPeers?: number
  knownSeeds?: number
  candidates?: number
  /** When a peer with every piece was last there, by us or by what peers say of others: Unix seconds, 0 never. */
  seenComplete?: number
  /** When a tracker is asked next; Unix seconds, 0 for not planned. */
  nextAnnounce?: number
  /** -1 unknown. */
  swarmSeeds?: number
  swarmLeechers?: number
  currentTracker?: string
  /** All of them, in the order in which they are asked. */
  trackers?: TrackerReport[]
  hasIncoming?: boolean
  /** Copies of the rarest piece here and among peers, plus the share of pieces that exist more often; -1 for a seed. */
  distributedCopies?: number
}

/** What a host says of a torrent that leaves it. */
export interface LastReport extends TorrentReport {
  known?: KnownPeer[]
}

/** Which torrent a peer called for. */
export type IncomingForUnloaded = { id: TorrentId } | { secret: string }

/** What a host says on its own. */
export type HostEvent =
  | { event: 'reports'; reports: TorrentReport[] }
  /** The info dictionary of a magnet arrived: its exact bytes. Comes before the check of what is on disk. */
  | { event: 'metadata'; id: TorrentId; info: Uint8Array }
  | { event: 'listening'; host: string; port: number }
  /**
   * A peer called for a torrent that is not loaded: its id, or (encrypted) `secret`, the SHA-1 of "req2" and the id's
   * bytes as hex. Only with incoming_starts_queued_torrents.
   */
  | ({ event: 'incoming' } & IncomingForUnloaded)
  /** The client could not listen or lost its DHT; the host tries again by itself. */
  | { event: 'trouble'; message: string }
  | { event: 'log'; level: 'debug' | 'info' | 'warning' | 'error'; message: string }

/** daemon -> host */
export type HostRequest = {
  [M in keyof HostMethods]: { id: number; method: M; params: Parameters<HostMethods[M]>[0] }
}[keyof HostMethods]

/** host -> daemon: an answer, or an event. */
export type HostMessage =
  | { id: number; result: unknown }
  | { id: number; error: { message: string; code?: string; path?: string } }
  | HostEvent

/** A supervisor's view of its host, for `daemon.status`. */
export interface EngineState {
  state: 'idle' | 'starting' | 'running' | 'waiting'
  pid: number | null
  restarts: number
  /** How often a host ended by itself, or hung and was ended. */
  crashes: number
  /** The last of them: when (Unix seconds) and how. */
  last_crash: { time: number; reason: string } | null
  /** `host:port`, null when not listening. */
  listening: string | null
  /** Last trouble, null when well. In state `waiting`: why its host is down. */
  error: string | null
}

/** What the session layer is told by its engine. */
export interface EngineListener {
  report(report: TorrentReport): void
  metadata(id: TorrentId, info: Uint8Array): void
  /** A peer called for a torrent that is not loaded, if anybody wants to know. */
  incoming(which: IncomingForUnloaded): void
  /**
   * The host is gone. Everything that was loaded no longer is; the supervisor starts a new host with back-off and
   * then calls `ready`.
   */
  lost(reason: string): void
  /** After `lost`: this torrent has ended one host after the other, the last for `reason`. It must not be loaded again. */
  culprit(id: TorrentId, reason: string): void
  /** A (new) host answers: load what should run. */
  ready(): void
}

/** What is passed on to the host as it is. With the others an engine does more than that. */
export type EngineMethod = Exclude<
  keyof HostMethods,
  'configure' | 'ping' | 'ban' | 'load' | 'unload' | 'shutdown'
>

/** The daemon's side of one session's engine; implemented in `supervisor.ts`. */
export interface Engine {
  readonly state: EngineState
  /** New settings; starts nothing. */
  configure(settings: Settings): void
  /**
   * Makes the host run this torrent; starts a host when there is none. Resolves when accepted; rejects when the
   * host went away (then `lost` and later `ready` follow).
   */
  load(task: TorrentTask): Promise<void>
  unload(id: TorrentId): Promise<LastReport | null>
  /**
   * Asks the host; starts one when there is none. Rejects with what the host says, or with EngineUnavailable when it is
   * away, went away or does not answer in time.
   */
  call<M extends EngineMethod>(
    method: M,
    params: Parameters<HostMethods[M]>[0],
  ): Promise<ReturnType<HostMethods[M]>>
  /** Ends the host, tidily within the deadline, else by force. */
  stop(deadlineMs: number): Promise<void>
  /** Ends the host by force, for a process that ends now. */
  kill(): void
}
