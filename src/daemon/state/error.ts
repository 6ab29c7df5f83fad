/** What went wrong with the state file. */
export type StateErrorKind = 'damaged' | 'lost' | 'newer' | 'in-use' | 'full' | 'io'

/** A state file that cannot be read or written. The message names the file and says what to do. */
export class StateError extends Error {
  readonly kind: StateErrorKind
  /** The file. */
  readonly path: string

  constructor(kind: StateErrorKind, path: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StateError'
    this.kind = kind
    this.path = path
  }
}

/** SQLite's primary result codes that have a meaning of their own here (https://www.sqlite.org/rescode.html). */
const busy = 5
const readOnly = 8
const ioError = 10
const corrupt = 11
const full = 13
const cannotOpen = 14
const notADatabase = 26
/** An extended code of ioError: the file ends too early. */
const shortRead = 522

/** What the file system says when there is no room, and when it refuses. */
const fullCodes = ['ENOSPC', 'EDQUOT']
const refusedCodes = ['EROFS', 'EACCES', 'EPERM', 'EIO', 'ENOTDIR', 'EISDIR', 'ELOOP', 'EMFILE', 'ENFILE']

/**
 * Turns an error of SQLite or of the file system into one that a user can act on; any other error is a defect and stays
 * as it is.
 */
export function stateError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof StateError) return error
  const because = { cause: error }
  const kind = kindOf(error)
  switch (kind) {
    case 'damaged':
      return new StateError(kind, path, `the state file ${path} is damaged (${error.message})`, because)
    case 'in-use':
      return new StateError(
        kind,
        path,
        `the state file ${path} is being written by another program; wait for it, or end it`,
        because,
      )
    case 'full':
      return new StateError(kind, path, `no space left to write the state file ${path}; make room`, because)
    case 'io':
      return new StateError(
        kind,
        path,
        `the state file ${path} cannot be read or written: ${error.message}; its folder must be writable and on a ` +
          'disk that works, or choose another with --state-dir',
        because,
      )
    default:
      return error
  }
}

/** Whether an error of the file system says that there is no room, or that a file may not be written or read. */
export function isDiskRefusal(error: Error): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException
  return syscall !== undefined && code !== undefined && [...fullCodes, ...refusedCodes].includes(code)
}

function kindOf(error: Error): StateErrorKind | null {
  if ('errcode' in error && typeof error.errcode === 'number') {
    if (error.errcode === shortRead) return 'damaged'
    switch (error.errcode & 0xff) {
      case corrupt:
      case notADatabase:
        return 'damaged'
      case busy:
        return 'in-use'
      case full:
        return 'full'
      case readOnly:
      case ioError:
      case cannotOpen:
        return 'io'
    }
    return null
  }
  const { code } = error as NodeJS.ErrnoException
  if (code === undefined) return null
  if (fullCodes.includes(code)) return 'full'
  return refusedCodes.includes(code) ? 'io' : null
}
