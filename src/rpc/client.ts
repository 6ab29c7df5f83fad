import { connect as connectSocket, type Socket } from 'node:net'
import {
  createJSONRPCErrorResponse,
  isJSONRPCResponse,
  JSONRPCClient,
  type JSONRPCResponse,
} from 'json-rpc-2.0'
import type { Method, Params, Result } from './contract/index.ts'
import { ErrorCode, type ErrorData, RpcError } from './errors.ts'
import { LineReader } from './framing.ts'
import { maxLineBytes } from './protocol.ts'

/** How long a connection or a call may take. */
export interface TimeLimit {
  /** Milliseconds; without it there is no limit. */
  timeoutMs?: number | undefined
}

/**
 * Asynchronous client of the daemon. Every call ends: with its result, with the daemon's error as an RpcError, or
 * with ConnectionLost when the connection ends first. It knows the contract's types only, not the validator.
 */
export class RpcClient {
  readonly #socket: Socket
  readonly #path: string
  readonly #rpc: JSONRPCClient
  /** Ids of the calls without an answer, and what they want to do at once when it comes. */
  readonly #pending = new Map<number, (() => void) | undefined>()
  #lastId = 0
  /** Why no further call is possible. */
  #lost: RpcError | null = null

  /** Hears what the daemon says unasked; in order with the answers. */
  onNotification: (method: string, params: unknown) => void = () => {}

  /** Resolves when the connection has ended, from either side. The daemon ends it last, with its locks released. */
  readonly closed: Promise<void>

  /** Connects to a daemon. Rejects with DaemonUnreachable; `data.socket` and `data.errno` say what was tried. */
  static async connect(path: string, { timeoutMs = 5000 }: TimeLimit = {}): Promise<RpcClient> {
    const socket = connectSocket(path)
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => socket.destroy(unreachable(path, 'ETIMEDOUT')), timeoutMs)
      socket.once('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer)
        reject(error instanceof RpcError ? error : unreachable(path, error.code ?? error.message, error))
      })
      socket.once('connect', () => {
        clearTimeout(timer)
        socket.removeAllListeners('error')
        resolve()
      })
    })
    return new RpcClient(socket, path)
  }

  private constructor(socket: Socket, path: string) {
    this.#socket = socket
    this.#path = path
    this.#rpc = new JSONRPCClient((request) => this.#send(request))
    const reader = new LineReader(maxLineBytes, {
      line: (bytes) => this.#receive(bytes),
      tooLong: () => this.#broken(`its answer is longer than ${maxLineBytes} bytes`),
    })
    socket.on('data', (chunk: Buffer) => reader.push(chunk))
    socket.on('error', (error) => this.#lose(connectionLost(path, error)))
    this.closed = new Promise((resolve) =>
      socket.once('close', () => {
        this.#lose(connectionLost(path))
        resolve()
      }),
    )
  }

  /**
   * Calls a method. Rejects with RpcError only. `answered` runs at a good answer, before anything that the daemon sent
   * after it is heard; the promise is settled later.
   */
  async call<M extends Method>(
    method: M,
    params: Params<M>,
    { timeoutMs, answered }: TimeLimit & { answered?: () => void } = {},
  ): Promise<Result<M>> {
    if (this.#lost) throw this.#lost
    const id = ++this.#lastId
    const request = { jsonrpc: '2.0', id, method, params } as const
    this.#pending.set(id, answered)
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(
            () => this.#settle(id, ErrorCode.Timeout, `${method}: no answer within ${timeoutMs} ms`),
            timeoutMs,
          )
    const response = await this.#rpc.requestAdvanced(request)
    clearTimeout(timer)
    this.#pending.delete(id)
    if (response.error) {
      const { code, message, data } = response.error
      throw new RpcError(code, message, data as ErrorData | undefined)
    }
    return response.result
  }

  /** Stops and goes on reading: what the daemon sends waits in the kernel, then with the daemon. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Ends the connection; calls without an answer are rejected with ConnectionLost. */
  async close(): Promise<void> {
    this.#lose(new RpcError(ErrorCode.ConnectionLost, 'the connection was closed on this side'))
    this.#socket.destroy()
    await this.closed
  }

  /** Runs inside json-rpc-2.0; a rejection would lose its code, so failures are answers. */
  async #send(request: { id?: unknown; method: string }): Promise<void> {
    const line = `${JSON.stringify(request)}\n`
    if (line.length * 3 > maxLineBytes && Buffer.byteLength(line) > maxLineBytes) {
      const text = `${request.method}: the request is longer than ${maxLineBytes} bytes`
      this.#settle(request.id as number, ErrorCode.MessageTooLarge, text)
    } else this.#socket.write(line)
  }

  #receive(line: Buffer): void {
    let message: unknown
    try {
      message = JSON.parse(line.toString('utf8'))
    } catch (error) {
      this.#broken((error as Error).message)
      return
    }
    if (isNotification(message)) this.onNotification(message.method, message.params)
    else if (!isResponse(message)) this.#broken('its answer is no JSON-RPC response')
    else if (message.id === null) {
      // json-rpc-2.0 would let the caller wait for ever. Which call it was cannot be known, so it is all of them.
      const { code, message: text } = message.error ?? {
        code: ErrorCode.InvalidResponse,
        message: 'an answer to no call',
      }
      this.#lose(new RpcError(code, text))
      this.#socket.destroy()
    } else {
      if (!message.error) this.#pending.get(message.id as number)?.()
      this.#rpc.receive(message)
    }
  }

  #broken(what: string): void {
    const text = `the program at ${this.#path} does not speak the protocol of porla-lua: ${what}`
    this.#lose(new RpcError(ErrorCode.InvalidResponse, text, { socket: this.#path }))
    this.#socket.destroy()
  }

  /** The first reason counts; every call without an answer gets it. */
  #lose(reason: RpcError): void {
    this.#lost ??= reason
    for (const id of this.#pending.keys()) this.#settle(id, reason.code, reason.message, reason.data)
  }

  #settle(id: number, code: number, message: string, data?: ErrorData): void {
    this.#rpc.receive(createJSONRPCErrorResponse(id, code, message, data))
  }
}

function isResponse(message: unknown): message is JSONRPCResponse {
  if (typeof message !== 'object' || message === null || !isJSONRPCResponse(message)) return false
  const { error } = message as JSONRPCResponse
  return error === undefined || (typeof error?.code === 'number' && typeof error.message === 'string')
}

function isNotification(message: unknown): message is { method: string; params?: unknown } {
  if (typeof message !== 'object' || message === null || 'id' in message) return false
  return 'method' in message && typeof message.method === 'string'
}

function connectionLost(path: string, cause?: Error): RpcError {
  const why = cause ? ` (${cause.message})` : ''
  const text = `the daemon at ${path} closed the connection${why}; the call may or may not have been carried out`
  return new RpcError(ErrorCode.ConnectionLost, text, { socket: path }, { cause })
}

/** Says what stands in the way and what to type. */
function unreachable(path: string, errno: string, cause?: Error): RpcError {
  const text = {
    ENOENT: `no daemon at ${path}; start it with \`porla-lua daemon start\``,
    ECONNREFUSED: `no daemon at ${path} any more; start it with \`porla-lua daemon start\``,
    EACCES: `you may not use the socket ${path}; it belongs to another user: choose another with --socket`,
    ETIMEDOUT: `the daemon at ${path} does not answer; start it anew with \`porla-lua daemon restart\``,
  }[errno]
  const message =
    text ?? `no daemon can be reached at ${path} (${errno}); start it with \`porla-lua daemon start\``
  return new RpcError(ErrorCode.DaemonUnreachable, message, { socket: path, errno }, { cause })
}
