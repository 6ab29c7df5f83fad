/** Size and time of a file on disk. */
export interface Stamp {
  /** Bytes. */
  readonly size: number
  /** Last change of the content, nanoseconds since 1970. */
  readonly mtimeNs: bigint
}

/** What is known of one file of a torrent. */
export const FileState = {
  /** It was not there, or nobody has looked. */
  unknown: 0,
  /** It looked like its stamp when it held the pieces that are claimed of it, and has not been written to since. */
  kept: 1,
  /** This torrent has written to it since: its time tells nothing. */
  written: 2,
  /** Somebody else has changed it: its pieces have to be hashed. */
  changed: 3,
} as const
export type FileState = (typeof FileState)[keyof typeof FileState]

/** Where the save path lay. */
export interface Place {
  savePath: string
  /** The folder where its file system was mounted. */
  mountPoint: string
}

const version = 1
/** State, size and time of one file. */
const bytesPerFile = 1 + 8 + 8
/** A copy on another device has its time within this: what `utimes` takes are seconds as a double. */
const toleranceNs = 1000n

/** Whether a file still looks as it did. */
export function sameStamp(a: Stamp, b: Stamp): boolean {
  const apart = a.mtimeNs - b.mtimeNs
  return a.size === b.size && apart < toleranceNs && -apart < toleranceNs
}

/**
 * What the files of a torrent looked like when its pieces were known to be right, so that a later look tells which of
 * them somebody else has changed. The last entry is the part file. Kept with the pieces in the state file, as bytes that
 * only this class reads: a version, the place as JSON behind its length, then state, size and time of each file.
 */
export class FileStamps {
  readonly count: number
  place: Place | null = null
  /** Grows with every change that is worth keeping. */
  version = 0
  readonly #states: Uint8Array
  readonly #sizes: Float64Array
  readonly #times: BigInt64Array
  #written = 0
  #encoded: { version: number; bytes: Uint8Array } | null = null

  /** Nothing is known. `count`: the torrent's files and one more, for the part file. */
  constructor(count: number) {
    this.count = count
    this.#states = new Uint8Array(count)
    this.#sizes = new Float64Array(count)
    this.#times = new BigInt64Array(count)
  }

  /** null for bytes that this version did not write for so many files; they are as good as none. */
  static decode(bytes: Uint8Array | null, count: number): FileStamps | null {
    if (bytes === null || bytes.length < 5 || bytes[0] !== version) return null
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const start = 5 + view.getUint32(1)
    if (bytes.length !== start + count * bytesPerFile) return null
    const stamps = new FileStamps(count)
    try {
      stamps.place = JSON.parse(new TextDecoder().decode(bytes.subarray(5, start))) as Place | null
    } catch {
      return null
    }
    for (let file = 0, at = start; file < count; file++, at += bytesPerFile) {
      stamps.#states[file] = bytes[at]!
      stamps.#sizes[file] = view.getFloat64(at + 1)
      stamps.#times[file] = view.getBigInt64(at + 9)
      if (bytes[at] === FileState.written) stamps.#written++
    }
    return stamps
  }

  encode(): Uint8Array {
    if (this.#encoded?.version === this.version) return this.#encoded.bytes
    const place = new TextEncoder().encode(JSON.stringify(this.place))
    const start = 5 + place.length
    const bytes = new Uint8Array(start + this.count * bytesPerFile)
    const view = new DataView(bytes.buffer)
    bytes[0] = version
    view.setUint32(1, place.length)
    bytes.set(place, 5)
    for (let file = 0, at = start; file < this.count; file++, at += bytesPerFile) {
      bytes[at] = this.#states[file]!
      view.setFloat64(at + 1, this.#sizes[file]!)
      view.setBigInt64(at + 9, this.#times[file]!)
    }
    this.#encoded = { version: this.version, bytes }
    return bytes
  }

  state(file: number): FileState {
    return this.#states[file] as FileState
  }

  stamp(file: number): Stamp {
    return { size: this.#sizes[file]!, mtimeNs: this.#times[file]! }
  }

  /** Whether a file has been written to and not been looked at since. */
  get anyWritten(): boolean {
    return this.#written > 0
  }

  /** Whether somebody else has changed a file that is not hashed yet. */
  get anyChanged(): boolean {
    return this.#states.includes(FileState.changed)
  }

  /** It looks like this, and holds what is claimed of it. */
  keep(file: number, { size, mtimeNs }: Stamp): void {
    this.#sizes[file] = size
    this.#times[file] = mtimeNs
    this.set(file, FileState.kept)
  }

  /** What others did to a file stays known until it is hashed. */
  wrote(file: number): void {
    if (this.#states[file] !== FileState.changed) this.set(file, FileState.written)
  }

  set(file: number, state: FileState): void {
    const before = this.#states[file]
    if (before === state && state !== FileState.kept) return
    this.#written += Number(state === FileState.written) - Number(before === FileState.written)
    this.#states[file] = state
    this.version++
  }
}
