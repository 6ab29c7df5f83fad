/** Whether the bytes are broken ('invalid') or sound but of a kind that nothing here can read ('unsupported'). */
export type MetainfoErrorKind = 'invalid' | 'unsupported'

/**
 * Thrown for every bad torrent file, info dictionary, magnet link or bencoded value. The message is
 * libtorrent's own text for the same fault (its error_code.cpp and bdecode.cpp), so that a script written
 * for Porla meets the words it knows.
 */
export class MetainfoError extends Error {
  readonly kind: MetainfoErrorKind

  constructor(message: string, options: { kind?: MetainfoErrorKind; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'MetainfoError'
    this.kind = options.kind ?? 'invalid'
  }
}
