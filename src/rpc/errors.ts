/**
 * Every error code that crosses the wire, and the one error class that carries it.
 *
 * Codes are part of the protocol: a number is never given a second meaning. Negative codes below -32000 are
 * JSON-RPC 2.0's own (https://www.jsonrpc.org/specification#error_object); 1 to 99 come from the daemon;
 * 100 and above are made by the client, where there is no daemon to ask.
 */
export const ErrorCode = {
  /** The line was not JSON. */
  ParseError: -32700,
  /** JSON, but not a JSON-RPC 2.0 request. */
  InvalidRequest: -32600,
  MethodNotFound: -32601,
  /** The parameters do not fit the contract; `data.path` names the field. */
  InvalidParams: -32602,
  /** A defect of the daemon. Always logged there with its stack. */
  InternalError: -32603,

  /** The torrent a handle names is not in its session (any more). */
  InvalidTorrentHandle: 1,
  UnknownSession: 2,
  /** Bytes that are no torrent, or a magnet link without a usable hash. */
  InvalidTorrent: 3,
  /** A torrent this engine cannot run, such as a v2-only one. */
  UnsupportedTorrent: 4,
  /** A settings name that libtorrent does not have. */
  UnknownSetting: 5,
  /** A value a setting, flag or field does not take. */
  InvalidValue: 6,
  /** The other end speaks another major version of the protocol. */
  ProtocolMismatch: 7,
  /** The daemon is leaving and takes no more work. */
  ShuttingDown: 8,
  /** The engine host could not be started or did not answer. */
  EngineUnavailable: 9,
  /** A request line longer than the limit. */
  MessageTooLarge: 10,
  /** The file system refused; `data.path` and `data.errno` say what. */
  FileSystem: 11,
  /** A PQL text that does not parse. */
  InvalidQuery: 12,

  /** No daemon answers at the socket. */
  DaemonUnreachable: 100,
  /** The daemon went away with this call pending: it may or may not have been carried out. */
  ConnectionLost: 101,
  /** The daemon answered with something that is not the protocol. */
  InvalidResponse: 102,
  /** The call was given up after its time limit. */
  Timeout: 103,
} as const

export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode]

/** What an error says beyond code and sentence; every field is optional and plain JSON. */
export type ErrorData = { [key: string]: unknown }

/** An error with a code of the protocol. `message` is a sentence a user can act on. */
export class RpcError extends Error {
  readonly code: number
  readonly data: ErrorData | undefined

  constructor(code: number, message: string, data?: ErrorData, options?: ErrorOptions) {
    super(message, options)
    this.name = 'RpcError'
    this.code = code
    this.data = data
  }

  /** The JSON-RPC error object. */
  toJSON(): { code: number; message: string; data?: ErrorData } {
    return this.data === undefined
      ? { code: this.code, message: this.message }
      : { code: this.code, message: this.message, data: this.data }
  }
}
