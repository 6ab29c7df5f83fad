import { createJSONRPCRequest, isJSONRPCResponse, type JSONRPCResponse } from 'json-rpc-2.0'
import type { Method, Params, Result } from '../../rpc/contract/index.ts'
import { ErrorCode, type ErrorData, RpcError } from '../../rpc/errors.ts'
import { maxLineBytes, protocolVersion } from '../../rpc/protocol.ts'
import { LuaError, Unwind } from '../lua/vm/errors.ts'
import {
  BlockingSocket,
  Disconnected,
  LineTooLong,
  NotListening,
  sleep,
  whyUnusable,
} from './blocking-socket.ts'
import { changingMethods } from './changing-methods.ts'
import { SilenceThread } from './silence-thread.ts'

export interface ChannelOptions {
  /** Where the daemon listens; a function is asked at the first call, and throws what makes the place unusable. */
  socketPath: string | (() => string)
  /**
   * Starts a daemon and returns when it can be reached, or throws an RpcError that says why not. Called at most once
   * a connection; without it a missing daemon is an error.
   */
  start?: (() => void) | undefined
  /** Waits in place of a blocking read, at most so many milliseconds; what it throws gives the call up. */
  wait?: (ms: number) => void
  /** Hears that a daemon which took the connection says nothing for `silentMs`; what it throws gives the call up. */
  silent?: (socketPath: string) => void
  /** Runs before each call: what was said so far is to be seen while the script waits. */
  beforeCall?: () => void
  /** Sees every line, for traces. */
  debug?: ((direction: 'sent' | 'received', line: string) => void) | undefined
}

/** How long a daemon that was just started may refuse connections, milliseconds. */
const startedPatienceMs = 3000
/** How long a daemon may take for its greeting until somebody hears of it. */
const silentMs = 5000
/** A script that has run for so long gets a thread that speaks while it waits. */
const settledMs = 2000
/** The same when none was started: a full listen queue looks like a refusal. */
const refusedPatienceMs = 20

/**
 * Calls of the daemon that block until it answers, so that a script sees plain functions. Connects at the first
 * call, and again after a loss. Holds nothing that keeps the process alive.
 */
export class Channel {
  /** How many calls were made. */
  calls = 0
  /** How many connections were made: whoever keeps what the daemon said can tell that it may be of another daemon. */
  connections = 0
  /** Number of the daemon's last event when this program first spoke to it; undefined before that. */
  firstSeq: number | undefined
  readonly #options: ChannelOptions
  #path: string | undefined
  #socket: BlockingSocket | undefined
  #lastId = 0
  /** The process that greeted. */
  #daemon: number | undefined
  #silence: SilenceThread | undefined

  constructor(options: ChannelOptions) {
    this.#options = options
  }

  /**
   * Calls a method and waits for its result. Throws RpcError: the daemon's, or DaemonUnreachable, ConnectionLost,
   * ProtocolMismatch, InvalidResponse, MessageTooLarge.
   */
  call<M extends Method>(method: M, params: Params<M>): Result<M> {
    this.calls++
    this.#options.beforeCall?.()
    const fresh = !this.#socket?.open
    try {
      return this.#exchange(this.#connected(), method, params) as Result<M>
    } catch (error) {
      // The daemon went away while nothing was asked of it, and has taken no byte of this call: ask the new one.
      if (fresh || !(error instanceof Disconnected) || error.sent) throw this.#explain(error, method)
    }
    try {
      return this.#exchange(this.#connected(), method, params) as Result<M>
    } catch (error) {
      throw this.#explain(error, method)
    }
  }

  /** Where the daemon listens. Throws what makes the place unusable. */
  get socketPath(): string {
    return this.#socketPath()
  }

  close(): void {
    this.#socket?.close()
    this.#socket = undefined
  }

  #socketPath(): string {
    const { socketPath } = this.#options
    this.#path ??= typeof socketPath === 'string' ? socketPath : socketPath()
    return this.#path
  }

  #connected(): BlockingSocket {
    if (this.#socket?.open) return this.#socket
    this.#socket = undefined
    const first = this.#attempt(this.#options.start ? 0 : refusedPatienceMs)
    if (first) return first
    const path = this.#socketPath()
    const unusable = whyUnusable(path)
    if (unusable) throw new RpcError(ErrorCode.DaemonUnreachable, unusable)
    this.#options.start?.()
    const second = this.#options.start && this.#attempt(startedPatienceMs)
    if (second) return second
    throw new RpcError(
      ErrorCode.DaemonUnreachable,
      `no daemon answers at ${path}; start it with: porla-lua daemon start`,
    )
  }

  /** Connects and greets; undefined when nobody listens for as long as `patienceMs`. */
  #attempt(patienceMs: number): BlockingSocket | undefined {
    const until = performance.now() + patienceMs
    for (let pause = 5; ; pause = Math.min(pause * 2, 100)) {
      try {
        return this.#greet()
      } catch (error) {
        if (!(error instanceof NotListening)) throw error
      }
      if (performance.now() >= until) return undefined
      sleep(pause)
    }
  }

  #greet(): BlockingSocket {
    const socket = new BlockingSocket(this.#socketPath(), this.#options.wait ?? this.#patience())
    try {
      const hello = this.#exchange(socket, 'hello', { protocol: protocolVersion, client: 'porla-lua' })
      checkProtocol(hello)
      this.#daemon = (hello as Partial<Result<'hello'>>).pid
      this.firstSeq ??= (hello as Partial<Result<'hello'>>).events_seq
    } catch (error) {
      socket.close()
      if (!(error instanceof Disconnected)) throw error
      throw new RpcError(ErrorCode.ConnectionLost, 'the daemon closed the connection without a greeting')
    }
    if (!this.#options.wait) socket.block()
    this.#socket = socket
    this.connections++
    return socket
  }

  /** Waits for a greeting; somebody hears of it when it does not come. */
  #patience(): (ms: number) => void {
    const start = performance.now()
    let told = false
    return (ms) => {
      sleep(ms)
      if (told || performance.now() - start < silentMs) return
      told = true
      this.#options.silent?.(this.#socketPath())
    }
  }

  /** Only for a script that stays, and where the main thread is deaf while it waits. */
  #watched(): SilenceThread | undefined {
    if (this.#daemon === undefined || this.#options.wait || !this.#options.silent) return undefined
    if (this.#silence?.pid !== this.#daemon && performance.now() > settledMs) {
      this.#silence = new SilenceThread(this.#daemon)
    }
    return this.#silence
  }

  #exchange<M extends Method>(socket: BlockingSocket, method: M, params: Params<M>): unknown {
    const id = ++this.#lastId
    const line = JSON.stringify(createJSONRPCRequest(id, method, params))
    this.#options.debug?.('sent', line)
    socket.writeLine(line)
    const silence = this.#watched()
    silence?.begin()
    try {
      return this.#answer(socket, id)
    } finally {
      silence?.end()
    }
  }

  #answer(socket: BlockingSocket, id: number): unknown {
    for (;;) {
      const answer = socket.readLine()
      this.#options.debug?.('received', answer)
      const response = parse(socket, answer)
      // Notifications are not asked for here, but they are legal.
      if (response === undefined) continue
      if (response.error) {
        const { code, message, data } = response.error
        // An id of null: the daemon could not even tell which call it was, so the line is out of step.
        if (response.id !== id) socket.close()
        throw new RpcError(code, message, data as ErrorData | undefined)
      }
      if (response.id !== id)
        throw broken(socket, `the answer to call ${String(response.id)} instead of ${id}`)
      return response.result
    }
  }

  #explain(error: unknown, method: Method): unknown {
    if (error instanceof Disconnected) {
      const unsure = changingMethods.has(method) ? '; the call may or may not have been carried out' : ''
      return new RpcError(
        ErrorCode.ConnectionLost,
        `the daemon went away while ${method} was waiting for it${unsure}`,
      )
    }
    if (error instanceof LineTooLong) {
      return new RpcError(
        ErrorCode.MessageTooLarge,
        `${method}: the message is longer than ${maxLineBytes} bytes`,
      )
    }
    // LuaError and Unwind: whoever waits for the answer gave it up.
    if (error instanceof RpcError || error instanceof LuaError || error instanceof Unwind) return error
    const message = error instanceof Error ? error.message : String(error)
    return new RpcError(ErrorCode.DaemonUnreachable, `the daemon cannot be reached: ${message}`)
  }
}

function broken(socket: BlockingSocket, what: string): RpcError {
  socket.close()
  return new RpcError(ErrorCode.InvalidResponse, `the daemon sent ${what}`)
}

/** The response in a line, undefined for a notification. */
function parse(socket: BlockingSocket, line: string): JSONRPCResponse | undefined {
  let message: unknown
  try {
    message = JSON.parse(line)
  } catch {
    throw broken(socket, `a line that is not JSON: ${line.slice(0, 80)}`)
  }
  if (typeof message === 'object' && message !== null) {
    if (isJSONRPCResponse(message)) return message
    if ('method' in message && !('id' in message)) return undefined
  }
  throw broken(socket, `a line that is not a JSON-RPC 2.0 response: ${line.slice(0, 80)}`)
}

function checkProtocol(hello: unknown): void {
  const { protocol, version } = (hello ?? {}) as Partial<Result<'hello'>>
  if (typeof protocol !== 'string') {
    throw new RpcError(ErrorCode.InvalidResponse, 'the daemon did not say which protocol it speaks')
  }
  if (protocol.split('.')[0] !== protocolVersion.split('.')[0]) {
    throw new RpcError(
      ErrorCode.ProtocolMismatch,
      `the daemon (version ${version ?? 'unknown'}) speaks protocol ${protocol}, this program ${protocolVersion}; ` +
        'restart it with: porla-lua daemon restart',
    )
  }
}
