import { pieceSize } from './layout.ts'
import type { ReadCache } from './read-cache.ts'
import type { Storage } from './storage.ts'

type Callback<T> = (error: Error | null, value?: T) => void

/** Lets requests of peers through, one after the other; resolved at once when there is no limit. */
export type UploadGate = (bytes: number) => Promise<void> | null

/** Hashes a piece that was taken on trust; null when there is no need. */
export type Prove = (piece: number) => Promise<void> | null

/** Hears of a piece that a peer asked for and that could not be read. */
export type ReadFailed = (error: Error) => void

export interface StoreHooks {
  upload: UploadGate
  readFailed: ReadFailed
  prove: Prove
}

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
  readonly #prove: Prove

  constructor(storage: Storage, cache: ReadCache, hooks: StoreHooks) {
    this.chunkLength = storage.meta.pieceLength
    this.#storage = storage
    this.#cache = cache
    this.#upload = hooks.upload
    this.#readFailed = hooks.readFailed
    this.#prove = hooks.prove
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
    const sure = () => this.#prove(index)?.then(read) ?? read()
    settle(waiting === null ? sure() : waiting.then(sure), (error, bytes) => {
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
