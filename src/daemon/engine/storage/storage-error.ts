import { getSystemErrorMessage } from 'node:util'

/** A file operation that failed, with the file it concerns. */
export class StorageError extends Error {
  /** errno name such as ENOSPC, or one of ours: EOUTSIDE, ESHORT, ENOTFILE. */
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
