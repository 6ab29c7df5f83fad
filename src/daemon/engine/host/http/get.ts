import type { Socket } from 'node:net'
import { tellWork, workedFor } from '../working-for.ts'
import { ChunkReader } from './chunks.ts'
import { type HttpWay, openConnection } from './connection.ts'
import { HeadReader, type HttpHead } from './head.ts'
import type { IdleConnections } from './idle-connections.ts'

export interface HttpRequest extends HttpWay {
  /** Sent in their order, beside `Host` and what the url says of a login. */
  headers: Record<string, string>
  /** Ends it, and the answer that came of it. */
  signal: AbortSignal
  /** A connection was made, or bytes came. */
  alive?: () => void
  /** Where connections wait for another request; without it each is closed. */
  idle?: IdleConnections
}

/** The server ended the connection before it had said what it wanted to say. */
export class HangUpError extends Error {
  /** Nothing at all was said. */
  readonly silent: boolean

  constructor(silent: boolean) {
    super('it hung up')
    this.silent = silent
  }
}

/** An answer whose body is still to come. */
export class HttpAnswer {
  readonly head: HttpHead
  readonly #first: Buffer
  readonly #next: () => Promise<Buffer | undefined>
  readonly #over: (reusable: boolean) => void

  /** `first`: what came right behind the head. `next`: what comes then, undefined at the end. */
  constructor(
    head: HttpHead,
    first: Buffer,
    next: () => Promise<Buffer | undefined>,
    over: (reusable: boolean) => void,
  ) {
    this.head = head
    this.#first = first
    this.#next = next
    this.#over = over
  }

  /**
   * The body in the pieces it comes in. It is complete when it has the length that was said, but what came along with
   * its last piece belongs to it, too: some servers say too little. One that ends earlier, or of which no length was
   * said, ends with the connection. Leaving the loop closes that. Throws HttpParseError, or what the network says.
   */
  async *body(): AsyncGenerator<Buffer, void> {
    const { length, chunked, keepsOpen } = this.head
    const reader = chunked ? new ChunkReader() : null
    let left = length ?? Number.POSITIVE_INFINITY
    let whole = false
    try {
      for (let bytes: Buffer | undefined = this.#first; !whole && bytes !== undefined; ) {
        for (const part of reader?.take(bytes) ?? [bytes]) {
          left -= part.length
          if (part.length > 0) yield part
        }
        whole = reader === null ? left <= 0 : reader.over
        if (!whole) bytes = await this.#next()
      }
    } finally {
      // what came behind a body is no answer to the next request
      this.#over(whole && keepsOpen && (reader === null ? left === 0 : !reader.surplus))
    }
  }

  /** Lets go of it unread. */
  close(): void {
    this.#over(false)
  }
}

/**
 * Asks for an http or https url and reads the answer's head; redirects are up to the caller. Rejects with
 * HttpParseError, HangUpError, what the network says, or the signal's reason.
 */
export async function httpGet(url: URL, request: HttpRequest): Promise<HttpAnswer> {
  const known = request.idle?.take(url, request)
  if (known === undefined) return await ask(url, request, await openConnection(url, request, request.signal))
  try {
    return await ask(url, request, known)
  } catch (error) {
    // the server closed a connection that was kept for the next request
    const stale =
      error instanceof HangUpError ? error.silent : (error as { code?: string }).code === 'ECONNRESET'
    request.signal.throwIfAborted()
    if (!stale) throw error
    return await ask(url, request, await openConnection(url, request, request.signal))
  }
}

async function ask(url: URL, request: HttpRequest, socket: Socket): Promise<HttpAnswer> {
  const { signal, alive, idle } = request
  const end = () => socket.destroy(signal.reason as Error)
  const failed = () => {}
  // between two reads nobody listens
  socket.on('error', failed)
  signal.addEventListener('abort', end, { once: true })
  const chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer, undefined>
  const torrent = workedFor()
  let settled = false
  const over = (reusable: boolean) => {
    if (settled) return
    settled = true
    signal.removeEventListener('abort', end)
    if (!reusable || idle === undefined || socket.destroyed) {
      socket.destroy()
      return
    }
    void chunks.return?.().then(() => {
      socket.off('error', failed)
      idle.add(url, request, socket)
    })
  }
  const next = async () => {
    alive?.()
    return (await chunks.next()).value
  }
  try {
    signal.throwIfAborted()
    socket.write(requestText(url, request), 'latin1')
    const reader = new HeadReader()
    let silent = true
    for (;;) {
      const bytes = await next()
      if (bytes === undefined) throw new HangUpError(silent)
      if (silent && torrent !== null) tellWork(torrent)
      silent = false
      const rest = reader.take(bytes)
      if (reader.head !== null) return new HttpAnswer(reader.head, rest, next, over)
    }
  } catch (error) {
    over(false)
    signal.throwIfAborted()
    throw error
  }
}

function requestText(url: URL, { headers, idle }: HttpRequest): string {
  const login = url.username === '' && url.password === '' ? null : `${url.username}:${url.password}`
  const all = {
    Host: url.host,
    ...headers,
    ...(login !== null && { Authorization: `Basic ${btoa(decodeURIComponent(login))}` }),
    Connection: idle === undefined ? 'close' : 'keep-alive',
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${plain(value)}`)
  return `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
}

/** Settings and urls hold what a user wrote: no value may end its line. */
function plain(value: string): string {
  return value.replace(/[\r\n\0]/g, ' ')
}
