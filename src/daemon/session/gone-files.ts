import { access } from 'node:fs/promises'
import { filesGone } from './torrent/flags.ts'
import type { TorrentRecord } from './torrent/record.ts'

/** How often files that were gone are looked for. */
const everyMs = 2000
/** Torrents that are looked at in one round: a disk that hangs must not be asked by all threads. */
const atOnce = 100

/**
 * Torrents that stopped because their files were gone: as soon as the file is there again that was missed, the error ends
 * by itself, and the next load finds out whether everything is as it was. A disk that is mounted late needs no hand.
 */
export class GoneFiles {
  readonly #back: (record: TorrentRecord) => void
  /** In the order in which they are looked at next. */
  readonly #gone = new Set<TorrentRecord>()
  #timer: NodeJS.Timeout | null = null
  #closed = false

  /** `back`: the file that was missed is there again. */
  constructor(back: (record: TorrentRecord) => void) {
    this.#back = back
  }

  /** Something of this torrent changed. */
  look(record: TorrentRecord): void {
    if (!isGone(record)) this.#gone.delete(record)
    else this.#gone.add(record)
    this.#plan()
  }

  /** Looks for the files of those that wait. */
  async run(): Promise<void> {
    const records = [...this.#gone].slice(0, atOnce)
    for (const record of records) {
      this.#gone.delete(record)
      if (!isGone(record)) continue
      this.#gone.add(record)
      const file = record.row.errorFile
      if (file === null || !(await isThere(file))) continue
      if (this.#closed || !isGone(record) || record.row.errorFile !== file) continue
      this.#gone.delete(record)
      this.#back(record)
    }
  }

  close(): void {
    this.#closed = true
    if (this.#timer) clearTimeout(this.#timer)
    this.#gone.clear()
  }

  #plan(): void {
    if (this.#timer !== null || this.#closed || this.#gone.size === 0) return
    this.#timer = setTimeout(async () => {
      await this.run()
      this.#timer = null
      this.#plan()
    }, everyMs).unref()
  }
}

function isGone({ row, removed }: TorrentRecord): boolean {
  return !removed && row.error !== null && (row.flags & filesGone) !== 0
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}
