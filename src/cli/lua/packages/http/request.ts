import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Api } from '../../api/describe.ts'
import type { Alive } from '../../loop/loop.ts'
import { LuaError } from '../../vm/errors.ts'
import { type Headers, headersOf } from './headers.ts'
import { type Hop, redirected } from './redirect.ts'

/** A complete answer. */
export interface Answer {
  readonly status: number
  readonly content: Buffer
  readonly headers: Headers
  /** Where it came from: the last place after redirects. */
  readonly url: URL
}

/** How a request ends. */
export interface Outcome {
  /** Called in a task of the loop; an Error says why there is no answer, in one sentence. */
  done(answer: Answer | Error): void
  /** Called once, however it ends. */
  free(): void
}

export interface Limits {
  /** Seconds for all of it, redirects included; none without. */
  timeout: number | undefined
  /** How many redirects are followed; 0: the answer that redirects is the answer. */
  redirects: number
}

/** One request until its answer is complete. Each has a connection of its own, which ends with it. */
export class Request implements Alive {
  readonly #api: Api
  readonly #outcome: Outcome
  readonly #signal: AbortSignal | undefined
  #redirects: number
  #followed = 0
  #hop: Hop
  #request: ClientRequest
  #answered = false
  #settled = false

  /** Throws LuaError, with `name` in front, for a method or header that cannot be sent. */
  constructor(api: Api, name: string, hop: Hop, { timeout, redirects }: Limits, outcome: Outcome) {
    this.#api = api
    this.#outcome = outcome
    this.#redirects = redirects
    this.#signal = timeout === undefined ? undefined : AbortSignal.timeout(timeout * 1000)
    this.#hop = hop
    try {
      this.#request = this.#send(hop)
    } catch (error) {
      outcome.free()
      throw new LuaError(`${name}: ${(error as Error).message}`)
    }
    api.host.loop.add(this)
  }

  stop(): void {
    if (this.#settled) return
    this.#settled = true
    this.#request.destroy()
    this.#outcome.free()
    this.#api.host.loop.remove(this)
  }

  #send({ url, method, headers, body }: Hop): ClientRequest {
    const { request } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http')
    const sent = request(url, {
      agent: false,
      method,
      headers: Object.fromEntries(headers),
      ...(this.#signal && { signal: this.#signal }),
    })
    // Node leaves the length out for methods that seldom have a body.
    if (body?.length && !sent.hasHeader('transfer-encoding')) sent.setHeader('content-length', body.length)
    let response: IncomingMessage | undefined
    const failed = (error: Error) => {
      if (sent === this.#request) this.#failed(error)
    }
    sent.on('response', (message) => {
      response = message
      this.#receive(message, failed)
    })
    sent.on('error', failed)
    sent.on('close', () => {
      // A complete answer may still be on its way here.
      if (!response?.complete) failed(new Error('the connection was closed before the answer was complete'))
    })
    sent.end(body)
    return sent
  }

  #receive(response: IncomingMessage, failed: (error: Error) => void): void {
    if (this.#settled || this.#follow(response)) return
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('error', failed)
    response.on('end', () =>
      this.#answer({
        status: response.statusCode ?? -1,
        content: Buffer.concat(chunks),
        headers: headersOf(response.rawHeaders),
        url: this.#hop.url,
      }),
    )
  }

  /** Goes where an answer sends to. False when it is the answer itself. */
  #follow(response: IncomingMessage): boolean {
    if (this.#redirects === 0) return false
    const from = this.#request
    try {
      const hop = redirected(this.#hop, response.statusCode ?? -1, response.headers.location)
      if (hop === undefined) return false
      if (++this.#followed > this.#redirects) {
        throw new Error(`more than ${this.#redirects} ${this.#redirects === 1 ? 'redirect' : 'redirects'}`)
      }
      this.#hop = hop
      this.#request = this.#send(hop)
    } catch (error) {
      this.#failed(error as Error)
    }
    // What else it says is of no use.
    from.destroy()
    return true
  }

  #failed(error: Error): void {
    const { cause, message } = error
    const late = cause instanceof Error && cause.name === 'TimeoutError'
    const { method, url } = this.#hop
    const why = late ? 'no complete answer in time' : message || String(error)
    this.#answer(new Error(`${method} ${url.origin}${url.pathname}: ${why}`))
  }

  #answer(answer: Answer | Error): void {
    if (this.#settled || this.#answered) return
    this.#answered = true
    this.#api.host.loop.post(() => {
      if (this.#settled) return
      this.#outcome.done(answer)
      this.stop()
    })
  }
}
