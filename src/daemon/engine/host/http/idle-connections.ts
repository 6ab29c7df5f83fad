import type { Socket } from 'node:net'
import type { HttpWay } from './connection.ts'

/** A connection waits so long for its next request, ms: less than servers keep theirs. */
const idleMs = 4000
const mostIdle = 100

/** Connections whose answer was read to its end, kept for the next request to the same server. */
export class IdleConnections {
  readonly #waiting = new Map<string, Socket[]>()
  #count = 0

  /** One to the server of this url, if there is any. It is the caller's from here on, with its errors. */
  take(url: URL, way: HttpWay): Socket | undefined {
    const sockets = this.#waiting.get(keyOf(url, way))
    const socket = sockets?.at(-1)
    if (socket !== undefined) this.#forget(url, way, socket)
    return socket
  }

  /** Keeps it for a while. */
  add(url: URL, way: HttpWay, socket: Socket): void {
    if (this.#count >= mostIdle || socket.destroyed || socket.readableEnded) {
      socket.destroy()
      return
    }
    const key = keyOf(url, way)
    this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), socket])
    this.#count++
    const drop = () => {
      this.#forget(url, way, socket)
      // what else goes wrong with it concerns nobody
      socket.on('error', () => {})
      socket.destroy()
    }
    // whatever it says now is no answer to anything
    for (const event of events) socket.on(event, drop)
    this.#ends.set(socket, drop)
    socket.setTimeout(idleMs)
    socket.unref()
    socket.resume()
  }

  readonly #ends = new WeakMap<Socket, () => void>()

  #forget(url: URL, way: HttpWay, socket: Socket): void {
    const key = keyOf(url, way)
    const before = this.#waiting.get(key) ?? []
    const after = before.filter((other) => other !== socket)
    if (after.length === before.length) return
    this.#count--
    if (after.length > 0) this.#waiting.set(key, after)
    else this.#waiting.delete(key)
    const drop = this.#ends.get(socket)
    if (drop === undefined) return
    this.#ends.delete(socket)
    socket.pause()
    for (const event of events) socket.off(event, drop)
    socket.setTimeout(0)
    socket.ref()
  }
}

const events = ['data', 'end', 'close', 'error', 'timeout'] as const

function keyOf(url: URL, { proxy, validate }: HttpWay): string {
  return `${url.origin} ${validate} ${proxy === null ? '' : JSON.stringify(proxy)}`
}
