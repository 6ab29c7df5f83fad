import { countBits, getBit, newBits, setBit } from '../../../metainfo/bits.ts'
import type { Metainfo } from '../../../metainfo/types.ts'
import { fileProgress } from '../file-progress.ts'
import type {
  KnownPeer,
  TaskError,
  TaskOptions,
  TorrentReport,
  TorrentTask,
  TrackerReport,
} from '../protocol.ts'
import { pieceSize } from '../storage/layout.ts'
import type { Proof } from '../storage/proof.ts'
import type { Storage } from '../storage/storage.ts'
import { blockLength } from '../units.ts'
import { Meter } from './limits/meter.ts'
import { type PartialPiece, PieceBytes } from './pieces/piece-bytes.ts'
import { type Selection, select } from './pieces/selection.ts'

/** What only a running swarm knows. */
export interface SwarmNumbers {
  peers: number
  connections: number
  seeds: number
  unchoked: number
  knownPeers: number
  knownSeeds: number
  candidates: number
  distributedCopies: number
  /** Unix seconds, 0 for never. */
  seenComplete: number
}

const noSwarm: SwarmNumbers = {
  peers: 0,
  connections: 0,
  seeds: 0,
  unchoked: 0,
  knownPeers: 0,
  knownSeeds: 0,
  candidates: 0,
  distributedCopies: 0,
  seenComplete: 0,
}

const noStamps = new Uint8Array(0)

/** Tells the reporter that something changed; `urgent` asks to be sent without waiting for the next round. */
export type OnChange = (state: TorrentState, urgent: boolean) => void

/**
 * What is known of a loaded torrent. It outlives webtorrent's own object, which goes with every error and every
 * change of the listen address.
 */
export class TorrentState {
  readonly id: string
  readonly task: TorrentTask
  options: TaskOptions
  phase: NonNullable<TorrentReport['phase']> = 'checking'
  error: TaskError | null = null
  checked = 0
  meta: Metainfo | null = null
  storage: Storage | null = null
  selection: Selection | null = null
  /** BEP 27: peers come from trackers alone. Not known before the metadata. */
  isPrivate = false
  have: Uint8Array = new Uint8Array(0)
  /** `have` is what is on disk. */
  looked = false
  /** What is on disk is no longer what was found. */
  doubt = false
  /** Set when `have`, or a part of it, was taken on trust. */
  proof: Proof | null = null
  trust: TorrentReport['trust'] & string = 'none'
  /** Wanted pieces that are missing. */
  wantedMissing = 0
  /** Raised for every change of `have`, so that the reporter can tell. */
  haveVersion = 0

  download = 0
  upload = 0
  payloadDownload = 0
  payloadUpload = 0
  /** The part of payloadDownload that came from web seeds. */
  webSeedDownload = 0
  failedBytes = 0
  hasIncoming = false
  currentTracker = ''
  /** Replaced as a whole when something in it changes. */
  trackers: TrackerReport[] = []
  /** When a connected peer last had every piece: Unix seconds, 0 for never in this load. */
  sawComplete = 0
  /** When a tracker is asked next: Unix seconds, 0 when that is not planned. */
  nextAnnounce = 0
  swarmSeeds = -1
  swarmLeechers = -1

  /** Set while a swarm runs. */
  numbers: (() => SwarmNumbers) | null = null
  partial: (() => PartialPiece[]) | null = null

  readonly #onChange: OnChange
  #bytes: PieceBytes | null = null
  #numHave = 0
  #lastNumbers = noSwarm
  /** Bytes of verified pieces, pad files left out. */
  #verified = 0
  /** Bytes of pieces that were completed since the load. */
  #completed = 0
  readonly #meters = {
    download: new Meter(),
    upload: new Meter(),
    payloadIn: new Meter(),
    payloadOut: new Meter(),
  }

  constructor(task: TorrentTask, onChange: OnChange) {
    this.id = task.id
    this.task = task
    this.options = task
    this.#onChange = onChange
    this.remember(task.known)
  }

  /** A peer has every piece. */
  seesComplete(): void {
    this.sawComplete = Math.floor(Date.now() / 1000)
  }

  changed(urgent = false): void {
    this.#onChange(this, urgent)
  }

  /** The metadata is known: from here on there are pieces. */
  open(meta: Metainfo, storage: Storage): void {
    this.meta = meta
    this.isPrivate = meta.private
    this.storage = storage
    this.have = newBits(meta.numPieces)
    this.#bytes = new PieceBytes(meta)
    this.reselect()
  }

  /** Who is known while there is no swarm. */
  remember(known: readonly KnownPeer[]): void {
    this.task.known = [...known]
    this.#lastNumbers = {
      ...noSwarm,
      knownPeers: known.length,
      knownSeeds: known.filter(({ seed }) => seed).length,
      candidates: known.filter(({ worthCalling }) => worthCalling).length,
    }
  }

  /** All pieces at once, after a check. */
  setHave(have: Uint8Array): void {
    const { meta } = this
    if (meta === null) return
    this.have = have
    this.#numHave = countBits(have, meta.numPieces)
    this.#verified = 0
    for (let piece = 0; piece < meta.numPieces; piece++) {
      if (getBit(have, piece)) this.#verified += this.#bytes?.real(piece) ?? 0
    }
    this.haveVersion++
    this.reselect()
  }

  /** One piece more, which is on disk. True when it was the last wanted one or the last of all. */
  addPiece(piece: number): boolean {
    const { meta } = this
    if (meta === null || getBit(this.have, piece)) return false
    setBit(this.have, piece)
    this.#numHave++
    this.#verified += this.#bytes?.real(piece) ?? 0
    this.#completed += pieceSize(meta, piece)
    this.haveVersion++
    const wanted = this.selection?.pieces[piece] !== 0
    if (wanted) this.wantedMissing--
    return (wanted && this.wantedMissing === 0) || this.complete
  }

  /** Computes what is wanted from the file priorities. */
  reselect(): void {
    if (this.meta === null) return
    this.selection = select(this.meta, this.options.filePriorities)
    this.wantedMissing = 0
    for (const { from, to } of this.selection.ranges) {
      for (let piece = from; piece <= to; piece++) if (!getBit(this.have, piece)) this.wantedMissing++
    }
  }

  has(piece: number): boolean {
    return getBit(this.have, piece)
  }

  /** How many pieces are there. */
  get numHave(): number {
    return this.#numHave
  }

  /** Every piece is there. False before the metadata. */
  get complete(): boolean {
    return this.meta !== null && this.#numHave === this.meta.numPieces
  }

  /** Every wanted piece is there. False before the metadata. */
  get finished(): boolean {
    return this.meta !== null && this.phase === 'running' && this.wantedMissing === 0
  }

  /** Bytes that trackers are told are left, as in libtorrent: of all pieces, wanted or not, that are not here as a whole. */
  get left(): number {
    // nobody knows before the metadata, and 0 would say that we are a seed
    if (this.meta === null) return blockLength
    const { totalSize, pieceLength, numPieces } = this.meta
    const last = numPieces - 1
    const short = numPieces * pieceLength - totalSize
    return totalSize - this.#numHave * pieceLength + (getBit(this.have, last) ? short : 0)
  }

  /** Bytes of each file that are there; null while that is not known. */
  fileProgress(): number[] | null {
    if (this.meta === null || this.phase !== 'running') return null
    return fileProgress(this.meta, this.have, this.partial?.() ?? [])
  }

  /** Piece data that came twice. */
  get redundantBytes(): number {
    return this.#redundant((this.partial?.() ?? []).reduce((sum, piece) => sum + piece.received, 0))
  }

  /** `received`: bytes of unfinished pieces. */
  #redundant(received: number): number {
    return Math.max(0, this.payloadDownload - this.#completed - this.failedBytes - received)
  }

  /** Grows when what the files look like changes; stands still until the disk has been looked at. */
  get stampsVersion(): number {
    return this.looked ? (this.storage?.stamps.version ?? 0) : 0
  }

  /** Everything there is to report, now. */
  snapshot(now: number): Required<TorrentReport> {
    // who is known is known without a swarm, too
    const { knownPeers, knownSeeds, candidates } = this.#lastNumbers
    const numbers = this.numbers?.() ?? { ...noSwarm, knownPeers, knownSeeds, candidates }
    this.#lastNumbers = numbers
    if (numbers.seeds > 0) this.seesComplete()
    const pieces = this.partial?.() ?? []
    let partial = 0
    let received = 0
    let wantedPartial = 0
    for (const piece of pieces) {
      received += piece.received
      const real = Math.min(piece.received, this.#bytes?.real(piece.index) ?? 0)
      partial += real
      if (this.selection?.pieces[piece.index] !== 0) wantedPartial += real
    }
    return {
      id: this.id,
      phase: this.phase,
      checked: this.checked,
      have: this.have,
      stamps: this.looked && this.storage !== null ? this.storage.stamps.encode() : noStamps,
      looked: this.looked,
      doubt: this.doubt,
      trust: this.trust,
      done: this.#verified + partial,
      wantedPartial,
      error: this.error,
      download: this.download,
      upload: this.upload,
      payloadDownload: this.payloadDownload,
      payloadUpload: this.payloadUpload,
      failedBytes: this.failedBytes,
      redundantBytes: this.#redundant(received),
      downloadRate: this.#meters.download.rate(this.download, now),
      uploadRate: this.#meters.upload.rate(this.upload, now),
      payloadDownloadRate: this.#meters.payloadIn.rate(this.payloadDownload, now),
      payloadUploadRate: this.#meters.payloadOut.rate(this.payloadUpload, now),
      ...numbers,
      seenComplete: Math.max(numbers.seenComplete, this.sawComplete),
      nextAnnounce: this.nextAnnounce,
      swarmSeeds: this.swarmSeeds,
      swarmLeechers: this.swarmLeechers,
      currentTracker: this.currentTracker,
      trackers: this.trackers,
      hasIncoming: this.hasIncoming,
      distributedCopies: this.complete ? -1 : numbers.distributedCopies,
    }
  }
}
