/** What went wrong with the state file. */
export type StateErrorKind = 'damaged' | 'newer' | 'in-use' | 'full' | 'io'

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

/** Turns an error of SQLite into one that a user can act on; any other error is a defect and stays as it is. */
export function stateError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error
  const because = { cause: error }
  switch (error.errcode & 0xff) {
    case corrupt:
    case notADatabase:
      return new StateError(
        'damaged',
        path,
        `the state file ${path} is damaged (${error.message}). Put a backup in its place, or move it away ` +
          `(mv '${path}' '${path}.damaged') to begin with an empty state; the torrents' files are not touched`,
        because,
      )
    case busy:
      return new StateError(
        'in-use',
        path,
        `the state file ${path} is used by another process; stop the other daemon or give this one its own state folder`,
        because,
      )
    case full:
      return new StateError('full', path, `no space left to write the state file ${path}`, because)
    case readOnly:
    case ioError:
    case cannotOpen:
      return new StateError(
        'io',
        path,
        `the state file ${path} cannot be read or written: ${error.message}`,
        because,
      )
    default:
      return error
  }
}
