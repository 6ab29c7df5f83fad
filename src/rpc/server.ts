import { chmodSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Connection } from './connection.ts'
import { Dispatcher, type DispatcherOptions, type ServerLog } from './dispatcher.ts'
import { checkSocketPath } from './endpoint.ts'
import { ExitCode } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { preparePrivateFolder } from './private-folder.ts'
import { maxLineBytes } from './protocol.ts'
import { removeStaleSocket } from './socket-file.ts'
import type { Contract } from './validate.ts'

/**
 * Serves a contract over a Unix socket: JSON-RPC 2.0, one value a line.
 *
 * It ends in three steps, so that the daemon can save in between: `refuse`, `drain`, `close`.
 */
export class RpcServer<C extends Contract> {
  readonly #dispatcher: Dispatcher<C>
  readonly #log: ServerLog
  readonly #server: Server
  readonly #connections = new Set<Connection>()

  constructor(options: DispatcherOptions<C>) {
    this.#dispatcher = new Dispatcher(options)
    this.#log = options.log
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#connected(socket))
  }

  /**
   * Listens at an absolute path, for the owner alone: socket 0600, its folder 0700 when it is created here. The caller
   * holds the socket's lock: a socket that is there and that nobody answers is removed. Throws Failure.
   */
  async listen(path: string): Promise<void> {
    checkSocketPath(path)
    preparePrivateFolder(dirname(path))
    await removeStaleSocket(path)
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      // bind(2) happens inside listen(): with this umask there is no moment in which others could connect.
      const umask = process.umask(0o177)
      try {
        this.#server.listen(path, resolve)
      } finally {
        process.umask(umask)
      }
    }).catch((error: Error) => {
      throw new Failure(ExitCode.config, `cannot listen on ${path}: ${error.message}`, { cause: error })
    })
    chmodSync(path, 0o600)
    this.#server.removeAllListeners('error')
    // Without file descriptors left libuv closes new clients by itself; whatever else accept(2) says, the daemon goes on.
    this.#server.on('error', (error) => this.#log.warning(`cannot accept a client: ${error.message}`))
  }

  /** Takes no new client, removes the socket, and answers every further request with ShuttingDown. */
  refuse(): void {
    this.#dispatcher.shutDown()
    if (this.#server.listening) this.#server.close()
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
