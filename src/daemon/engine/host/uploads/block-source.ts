import type { Wire } from 'webtorrent'
import type { Lend, ReadCache } from '../../storage/read-cache.ts'
import type { Storage } from '../../storage/storage.ts'
import type { UploadGate } from '../limits/upload-gate.ts'

export interface BlockSourceParts {
  cache: ReadCache
  /** null before the metadata, and when the torrent closes. */
  storage(): Storage | null
  gate: UploadGate
  /** Hashes a piece that was taken on trust; null when there is no need. */
  prove(piece: number): Promise<void> | null
  /** Hears of a piece that a peer asked for and that could not be read. */
  readFailed(error: Error): void
}

/** Where the blocks of one torrent come from: at their turn under the limits of upload, out of the host's cache. */
export class BlockSource {
  readonly #parts: BlockSourceParts

  constructor(parts: BlockSourceParts) {
    this.#parts = parts
  }

  /** Reads a block that a peer asked for. `done` may be called at once; what it is lent it has to give back. */
  read(wire: Wire, piece: number, offset: number, length: number, done: Lend): void {
    const { gate, prove, readFailed } = this.#parts
    const waiting = gate.mayUpload(wire, length)
    const ready = waiting === null ? prove(piece) : waiting.then(() => prove(piece))
    if (ready === null) {
      this.#lend(piece, offset, length, done)
      return
    }
    ready.then(
      () => this.#lend(piece, offset, length, done),
      (error: Error) => {
        readFailed(error)
        done(error)
      },
    )
  }

  #lend(piece: number, offset: number, length: number, done: Lend): void {
    const { cache, storage, readFailed } = this.#parts
    const from = storage()
    if (from === null) {
      done(new Error('there is nothing to read from'))
      return
    }
    cache.read(from, piece, offset, length, (error, loan) => {
      if (error !== null) readFailed(error)
      done(error, loan)
    })
  }
}
