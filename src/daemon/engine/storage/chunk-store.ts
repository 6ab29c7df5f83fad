import { pieceSize } from './layout.ts'
import type { ReadCache } from './read-cache.ts'
import type { Storage } from './storage.ts'

type Callback<T> = (error: Error | null, value?: T) => void

/** Lets requests of peers through, one after the other; resolved at once when there is no limit. */
export type UploadGate = (bytes: number) => Promise<void> | null

/** Hears of a piece that a peer asked for and that could not be read. */
export type ReadFailed = (error: Error) => void

/**
 * The storage as webtorrent wants it (abstract-chunk-store). webtorrent calls `put` for a verified piece and
 * `get` only to answer a peer's request, since checking is ours; so the upload limit sits in `get`.
 */
export class ChunkStore {
  readonly chunkLength: number
  readonly #storage: Storage
  readonly #cache: ReadCache
  readonly #upload: UploadGate
  readonly #readFailed: ReadFailed

  constructor(storage: Storage, cache: ReadCache, upload: UploadGate, readFailed: ReadFailed) {
    this.chunkLength = storage.meta.pieceLength
    this.#storage = storage
    this.#cache = cache
    this.#upload = upload
    this.#readFailed = readFailed
  }

  /** Answers when the piece is on disk: only then webtorrent announces it. */
  put(index: number, bytes: Uint8Array, done: Callback<void> = () => {}): void {
    settle(this.#storage.write(index * this.chunkLength, bytes), done)
  }

  get(
    index: number,
    options: { offset?: number; length?: number } | null | Callback<Uint8Array>,
    done: Callback<Uint8Array> = () => {},
  ): void {
    if (typeof options === 'function') {
      this.get(index, null, options)
      return
    }
    const offset = options?.offset ?? 0
    const length = options?.length ?? pieceSize(this.#storage.meta, index) - offset
    const waiting = this.#upload(length)
    const read = () => this.#cache.read(this.#storage, index, offset, length)
    settle(waiting === null ? read() : waiting.then(read), (error, bytes) => {
      if (error) this.#readFailed(error)
      done(error, bytes)
    })
  }

  close(done: Callback<void> = () => {}): void {
    this.#cache.drop(this.#storage)
    settle(this.#storage.close(), done)
  }

  /** The engine deletes files on its own terms (`removeFiles`), so this is only `close`. */
  destroy(done: Callback<void> = () => {}): void {
    this.close(done)
  }
}

/** The callback runs outside of the promise: what it throws must not become a rejection that nobody sees. */
function settle<T>(promise: Promise<T>, done: Callback<T>): void {
  promise.then(
    (value) => queueMicrotask(() => done(null, value)),
    (error: Error) => queueMicrotask(() => done(error)),
  )
}
