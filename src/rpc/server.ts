import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Connection } from './connection.ts'
import { Dispatcher, type DispatcherOptions, type ServerLog } from './dispatcher.ts'
import { ListeningSocket } from './listening-socket.ts'
import { maxLineBytes } from './protocol.ts'
import type { Contract } from './validate.ts'

/**
 * Serves a contract over a Unix socket: JSON-RPC 2.0, one value a line.
 *
 * It ends in three steps, so that the daemon can save in between: `refuse`, `drain`, `close`.
 */
export class RpcServer<C extends Contract> {
  readonly #dispatcher: Dispatcher<C>
  readonly #log: ServerLog
  #listening: ListeningSocket | null = null
  #refuses = false
  readonly #connections = new Set<Connection>()

  constructor(options: DispatcherOptions<C>) {
    this.#dispatcher = new Dispatcher(options)
    this.#log = options.log
  }

  /**
   * Listens at an absolute path, for the owner alone; see ListeningSocket. Called again it listens anew, and those who
   * are connected stay. Throws Failure.
   */
  async listen(path: string): Promise<void> {
    this.#listening?.close()
    const listening = await ListeningSocket.open(path, {
      connected: (socket) => this.#connected(socket),
      cannotAccept: (error) => this.#log.warning(`cannot accept a client: ${error.message}`),
    })
    this.#listening = listening
    // It was told to end meanwhile.
    if (this.#refuses) listening.close()
  }

  /** Whether new clients reach it: its socket may have been removed, or replaced by another program's. */
  get reachable(): boolean {
    return this.#listening?.intact ?? false
  }

  /** Takes no new client, removes the socket, and answers every further request with ShuttingDown. */
  refuse(): void {
    this.#dispatcher.shutDown()
    this.#refuses = true
    this.#listening?.close()
    this.#listening = null
  }

  /** Waits until every request that was taken is answered; false when that takes longer than `timeoutMs`. */
  async drain(timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs
    while (this.#connections.values().some((connection) => connection.busy)) {
      if (performance.now() >= deadline) return false
      await delay(10)
    }
    return true
  }

  /** Closes every connection once its answers have gone out, at the latest after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.refuse()
    await Promise.all([...this.#connections].map((connection) => connection.close(graceMs)))
  }

  #connected(socket: Socket): void {
    const connection = new Connection(socket, {
      maxLineBytes,
      answer: (line, peer) => this.#dispatcher.answer(line, peer),
      tooLong: () => this.#dispatcher.tooLong(),
      debug: (message) => this.#log.debug(message),
    })
    this.#connections.add(connection)
    socket.on('close', () => this.#connections.delete(connection))
  }
}
