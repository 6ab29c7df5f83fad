import { getSystemErrorMessage } from 'node:util'

/** A file operation that failed, with the file it concerns. */
export class StorageError extends Error {
  /** errno name such as ENOSPC, or one of ours: EOUTSIDE, ESHORT, ENOTFILE, EGONE, ECHANGED. */
  readonly code: string
  /** Absolute path. */
  readonly path: string

  constructor(code: string, path: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StorageError'
    this.code = code
    this.path = path
  }

  /** Wraps what a call of `node:fs` threw; a StorageError stays as it is. `action` reads like "write to". */
  static from(error: unknown, action: string, path: string): StorageError {
    if (error instanceof StorageError) return error
    const { code, errno, message } = error as NodeJS.ErrnoException
    const reason = errno === undefined ? message : getSystemErrorMessage(errno)
    return new StorageError(code ?? 'EIO', path, `cannot ${action} "${path}": ${reason}`, { cause: error })
  }
}

/** Whether an error only says that something is not there (yet). */
export function isMissing(error: unknown): boolean {
  const code = (error as { code?: unknown }).code
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/**
 * A file or folder that held something of a torrent is not there. `unmounted`: nothing is mounted any more where its disk
 * was, null when that is not the reason.
 */
export function goneError(path: string, unmounted: string | null = null): StorageError {
  const why = unmounted === null ? '' : `: nothing is mounted at "${unmounted}" any more`
  return new StorageError(
    'EGONE',
    path,
    `"${path}" is gone${why}; bring it back and resume the torrent, or clear the error to download it again`,
  )
}

/** A file of a torrent was changed, by another program or by a loss of power. */
export function changedError(path: string, what: string): StorageError {
  return new StorageError('ECHANGED', path, `"${path}" is not what it was: ${what}`)
}

/** Whether reading failed in a way that a look at the files explains: they are gone, short, or changed. */
export function isDoubtful(error: unknown): boolean {
  return (
    isMissing(error) || ['ESHORT', 'ECHANGED', 'EGONE'].includes(String((error as { code?: unknown }).code))
  )
}
