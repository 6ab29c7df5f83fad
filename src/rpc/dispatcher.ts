import {
  createJSONRPCErrorResponse,
  type JSONRPCErrorResponse,
  type JSONRPCID,
  type JSONRPCResponse,
  JSONRPCServer,
} from 'json-rpc-2.0'
import { unknownName } from '../program/nearest.ts'
import { Turns } from '../program/turns.ts'
import type { ParamsOf, ResultOf } from './contract/method.ts'
import { ErrorCode, RpcError } from './errors.ts'
import { longLineBytes, parseLine, parseLong } from './json.ts'
import { LineParts, LineTooLong, writeInTurns } from './long-answer.ts'
import { nobody, type Peer } from './peer.ts'
import { maxLineBytes } from './protocol.ts'
import { checkRequest } from './request.ts'
import { type Contract, Validator } from './validate.ts'
import { isHeavy } from './weight.ts'

/** Where the server writes what its operator has to know. */
export interface ServerLog {
  debug(message: string): void
  warning(message: string): void
  error(message: string): void
}

/** One handler for each method of a contract. */
export type HandlersOf<C extends Contract> = {
  [M in keyof C]: (params: ParamsOf<C[M]>, peer: Peer) => ResultOf<C[M]> | Promise<ResultOf<C[M]>>
}

/** What to serve. */
export interface DispatcherOptions<C extends Contract> {
  contract: C
  handlers: HandlersOf<C>
  log: ServerLog
}

/** One line for a client, without a newline: a text, or the bytes of a long one in pieces. */
export type AnswerLine = string | readonly Buffer[]

/** Requests in one batch. */
const maxBatch = 1000
/** What a refusal takes at most: this much stays free in a batch's line for each of its entries. */
const refusalBytes = 1024

/**
 * Turns one line of a client into one line for it, over json-rpc-2.0's JSONRPCServer. Never rejects: whatever the
 * line holds and whatever a handler throws becomes an error response.
 */
export class Dispatcher<C extends Contract> {
  readonly #methods: string[]
  readonly #handlers: HandlersOf<C>
  readonly #log: ServerLog
  readonly #validator: Validator<C>
  /** Without a listener json-rpc-2.0 writes errors to the console; here #call logs what has to be logged. */
  readonly #rpc = new JSONRPCServer<Peer>({ errorListener: () => {} })
  /** Results that are written in turns: each is weighed once. */
  readonly #long = new WeakSet<object>()
  #shuttingDown = false

  constructor({ contract, handlers, log }: DispatcherOptions<C>) {
    this.#methods = Object.keys(contract)
    this.#handlers = handlers
    this.#log = log
    this.#validator = new Validator(contract)
    for (const method of this.#methods)
      this.#rpc.addMethod(method, (params, peer) => this.#call(method, params ?? {}, peer))
    this.#rpc.applyMiddleware((next, request, server) => {
      if (this.#shuttingDown) throw new RpcError(ErrorCode.ShuttingDown, 'the daemon is shutting down')
      if (!this.#rpc.hasMethod(request.method)) throw this.#methodNotFound(request.method)
      return next(request, server)
    })
    this.#rpc.mapErrorToJSONRPCErrorResponse = (id, error) => errorResponse(id, error)
  }

  /** From now on every request is answered with ShuttingDown. */
  shutDown(): void {
    this.#shuttingDown = true
  }

  /**
   * The answer to one line, without a newline; null when there is nothing to answer. A long line is parsed in turns, and
   * its work starts later; a long answer is written in turns.
   */
  async answer(line: Buffer, peer: Peer = nobody): Promise<AnswerLine | null> {
    let message: unknown
    const turns = new Turns()
    try {
      message = line.length > longLineBytes ? await parseLong(line, turns) : parseLine(line)
    } catch (error) {
      return JSON.stringify(errorResponse(null, error))
    }
    return Array.isArray(message)
      ? await this.#batch(message, turns, peer)
      : await this.#single(message, maxLineBytes, peer)
  }

  /** The answer to a line longer than the limit, which was not kept. */
  tooLong(): string {
    const message = `a line may have ${maxLineBytes} bytes at most; this one is longer and was not read`
    return JSON.stringify(createJSONRPCErrorResponse(null, ErrorCode.MessageTooLarge, message))
  }

  /** The handler starts before this returns: requests of one connection start in their order. */
  async #single(message: unknown, room: number, peer: Peer): Promise<AnswerLine | null> {
    const checked = checkRequest(message)
    if ('error' in checked) return JSON.stringify(errorResponse(checked.id, checked.error))
    const { request } = checked
    const response = await this.#rpc.receive(request, peer)
    return response === null || request.id === undefined
      ? null
      : await this.#serialise(request.method, response, room, peer)
  }

  /**
   * Entries run one after the other, other clients in between, and their answers share one line. json-rpc-2.0's own batches would answer a
   * batch of one with a bare object, reject for `[null]`, and run all entries at once.
   */
  async #batch(entries: unknown[], turns: Turns, peer: Peer): Promise<AnswerLine | null> {
    if (entries.length === 0 || entries.length > maxBatch) {
      const why = `a batch must have 1 to ${maxBatch} requests; this one has ${entries.length}`
      return JSON.stringify(errorResponse(null, new RpcError(ErrorCode.InvalidRequest, why)))
    }
    const line = new LineParts()
    let before = '['
    let room = maxLineBytes - entries.length * refusalBytes
    for (const entry of entries) {
      await turns.next()
      const answer = await this.#single(entry, room, peer)
      if (answer === null) continue
      line.add(before)
      before = ','
      if (typeof answer === 'string') {
        room -= Buffer.byteLength(answer)
        line.add(answer)
      } else {
        room -= answer.reduce((sum, { length }) => sum + length, 0)
        line.addParts(answer)
      }
    }
    if (before === '[') return null
    line.add(']')
    line.flush()
    return line.parts
  }

  async #call(method: keyof C & string, given: unknown, peer: Peer): Promise<unknown> {
    const params = isHeavy(given)
      ? await this.#validator.checkParamsInTurns(method, given, new Turns())
      : this.#validator.checkParams(method, given)
    try {
      const result = (await this.#handlers[method]!(params as ParamsOf<C[typeof method]>, peer)) ?? null
      const isLong = isHeavy(result)
      if (isLong && typeof result === 'object' && result !== null) this.#long.add(result)
      const problem = isLong
        ? await this.#validator.resultProblemInTurns(method, result, new Turns())
        : this.#validator.resultProblem(method, result)
      if (!problem) return result
      const where = problem.path === '' ? 'the result' : `'${problem.path}' of the result`
      throw new Error(`${where} breaks the contract: it ${problem.message}`)
    } catch (error) {
      throw error instanceof RpcError ? error : this.#defect(method, error)
    }
  }

  #methodNotFound(method: string): RpcError {
    const shown = method.length > 60 ? `${method.slice(0, 57)}...` : method
    const why = unknownName('method', method, this.#methods)
    return new RpcError(ErrorCode.MethodNotFound, `'${shown}' ${why}`, { method: shown })
  }

  /** Logs an error that no handler meant to throw. */
  #defect(method: string, error: unknown): RpcError {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    this.#log.error(`${method}: ${stack ?? message}`)
    return new RpcError(
      ErrorCode.InternalError,
      `${method}: internal error: ${message}; the daemon's log says more`,
    )
  }

  async #serialise(method: string, response: JSONRPCResponse, room: number, peer: Peer): Promise<AnswerLine> {
    try {
      if (!this.#long.has(response.result)) {
        const text = JSON.stringify(response)
        // A UTF-16 unit takes three bytes at most: only very long answers have to be counted.
        if (text.length * 3 <= room || Buffer.byteLength(text) <= room) return text
      } else {
        const line = new LineParts(room)
        const written = writeInTurns(response, line, new Turns())
        peer.hold(written)
        await written
        line.flush()
        return line.parts
      }
    } catch (error) {
      // A RangeError: V8 holds no string of more than half a gigabyte.
      if (!(error instanceof LineTooLong || error instanceof RangeError)) {
        return JSON.stringify(errorResponse(response.id, this.#defect(method, error)))
      }
    }
    const message = `${method}: done, but its answer does not fit a line of ${maxLineBytes} bytes; ask for less at a time`
    return JSON.stringify(
      errorResponse(response.id, new RpcError(ErrorCode.MessageTooLarge, message, { method })),
    )
  }
}

function errorResponse(id: JSONRPCID, error: unknown): JSONRPCErrorResponse {
  const { code, message, data } =
    error instanceof RpcError ? error : new RpcError(ErrorCode.InternalError, String(error))
  return createJSONRPCErrorResponse(id, code, message, data)
}
