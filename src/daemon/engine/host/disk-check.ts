import { fitsBits, getBit, newBits } from '../../../metainfo/bits.ts'
import { checkPieces } from '../storage/check.ts'
import { FileStamps } from '../storage/file-stamps.ts'
import { isMounted, mountPointOf } from '../storage/mount-point.ts'
import { compareFiles, noteFiles, syncChanged, type Verdict } from '../storage/resume-check.ts'
import type { Storage } from '../storage/storage.ts'
import { changedError, goneError, type StorageError } from '../storage/storage-error.ts'
import { type Survey, survey } from '../storage/survey.ts'
import type { TorrentState } from './torrent-state.ts'

/**
 * Finds out what is on disk when a torrent is loaded: what was saved is believed as far as the files look as they did
 * then, the rest is hashed.
 */
export class DiskCheck {
  readonly #state: TorrentState
  readonly #signal: AbortSignal
  /** Pieces were believed without hashing. */
  believed = false
  #error: StorageError | null = null

  constructor(state: TorrentState, signal: AbortSignal) {
    this.#state = state
    this.#signal = signal
  }

  /**
   * Sets the pieces of the state, and answers with those that still have to be hashed before they are sent. Throws a
   * StorageError when files cannot be read, and with code EGONE when some are not there that held pieces.
   */
  async run(storage: Storage): Promise<{ doubted: Uint8Array }> {
    const state = this.#state
    const { task } = state
    const { meta } = storage
    const found = await survey(storage, this.#signal)
    const saved = FileStamps.decode(task.stamps, storage.stamps.count)
    // new ones each time: a check fills what it is given
    const none = () => newBits(meta.numPieces)
    const claims = task.have !== null && fitsBits(task.have, meta.numPieces) ? task.have : null
    if (claims === null) {
      const unmounted = found.anything || task.acceptGone ? null : await unmountedDisk(saved, task.savePath)
      const gone = !found.anything && !task.acceptGone && task.hadPieces
      if (gone || unmounted !== null) throw goneError(task.savePath, unmounted)
      await notePlace(storage, task.savePath)
      if (found.anything) await this.#hash(storage, found, { have: none(), only: null })
      else state.setHave(none())
      await noteFiles(storage, found)
      return { doubted: none() }
    }
    const verdict = await this.#compare(storage, found, claims, saved)
    await syncChanged(verdict, storage)
    await notePlace(storage, task.savePath)
    if (verdict.check.every((byte) => byte === 0)) {
      this.believed = true
      state.setHave(verdict.have)
      return verdict
    }
    state.setHave(claims.slice())
    const wasFinished = state.wantedMissing === 0
    // nobody has ever hashed a torrent in seed mode: with a doubt about one file that is over for all (libtorrent)
    const some = task.trusted ? { have: none(), only: null } : { have: verdict.have, only: verdict.check }
    await this.#hash(storage, found, some)
    if (wasFinished && state.wantedMissing > 0 && !task.acceptGone)
      this.#error = lostPieces(storage, claims, state)
    return task.trusted ? { doubted: none() } : verdict
  }

  async #compare(
    storage: Storage,
    found: Survey,
    claims: Uint8Array,
    saved: FileStamps | null,
  ): Promise<Verdict> {
    const { acceptGone, savePath } = this.#state.task
    const nothing = !found.anything && claims.every((byte) => byte === 0)
    const unmounted = nothing && !acceptGone ? await unmountedDisk(saved, savePath) : null
    if (unmounted !== null) throw goneError(savePath, unmounted)
    try {
      return compareFiles(storage, found, { claims, saved, acceptGone })
    } catch (error) {
      const { code, path } = error as StorageError
      throw code === 'EGONE' ? goneError(path, await unmountedDisk(saved, savePath)) : error
    }
  }

  /**
   * Throws when all that was wanted had been there, and a file that somebody changed takes a part of it away: it is not
   * fetched again before somebody asks for that.
   */
  complain(): void {
    if (this.#error !== null) throw this.#error
  }

  async #hash(
    storage: Storage,
    found: Survey,
    { have, only }: { have: Uint8Array; only: Uint8Array | null },
  ): Promise<void> {
    const state = this.#state
    const signal = this.#signal
    state.phase = 'checking'
    state.changed()
    const onProgress = (share: number) => {
      state.checked = share
      state.changed()
    }
    try {
      await checkPieces(storage, found, { signal, onProgress, have, only })
    } catch (error) {
      // what was found before a file could not be read
      if (!signal.aborted) state.setHave(have)
      throw error
    }
    state.setHave(have)
  }
}

/** Where the disk of a save path was mounted, if nothing is mounted there any more; else null. */
async function unmountedDisk(saved: FileStamps | null, savePath: string): Promise<string | null> {
  const place = saved?.place ?? null
  if (place === null || place.savePath !== savePath) return null
  return (await isMounted(place.mountPoint)) ? null : place.mountPoint
}

/** Keeps where the disk of the save path is mounted; a disk that cannot be looked at has no place. */
async function notePlace(storage: Storage, savePath: string): Promise<void> {
  const mountPoint = await mountPointOf(savePath).catch(() => null)
  storage.stamps.place = mountPoint === null ? null : { savePath, mountPoint }
}

/** Names the first file with a piece that is not there any more. */
function lostPieces(storage: Storage, before: Uint8Array, state: TorrentState): StorageError {
  const { numPieces } = storage.meta
  const lost: number[] = []
  for (let piece = 0; piece < numPieces; piece++)
    if (getBit(before, piece) && !state.has(piece)) lost.push(piece)
  const file = storage.filesOf(lost[0] ?? 0)[0] ?? 0
  const what = `${lost.length} of ${numPieces} pieces are wrong; put it back and recheck, or resume to download them again`
  return changedError(storage.pathOf(file), what)
}
