import { pieceSize } from './layout.ts'
import type { ReadCache } from './read-cache.ts'
import type { Storage } from './storage.ts'

type Callback<T> = (error: Error | null, value?: T) => void

/**
 * The storage as webtorrent wants it (abstract-chunk-store). Pieces are written and read past it (piece-writer.ts,
 * block-source.ts): what webtorrent still does is to close it.
 */
export class ChunkStore {
  readonly chunkLength: number
  readonly #storage: Storage
  readonly #cache: ReadCache

  constructor(storage: Storage, cache: ReadCache) {
    this.chunkLength = storage.meta.pieceLength
    this.#storage = storage
    this.#cache = cache
  }

  put(index: number, bytes: Uint8Array, done: Callback<void> = () => {}): void {
    settle(this.#storage.write(index * this.chunkLength, bytes), done)
  }

  get(
    index: number,
    options: { offset?: number; length?: number } | null,
    done: Callback<Uint8Array> = () => {},
  ): void {
    const offset = options?.offset ?? 0
    const bytes = new Uint8Array(options?.length ?? pieceSize(this.#storage.meta, index) - offset)
    settle(
      this.#storage.read(index * this.chunkLength + offset, bytes).then(() => bytes),
      done,
    )
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
