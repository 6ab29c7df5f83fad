import { Failure } from '../program/failure.ts'
import type { Log } from './log.ts'

/** How often it looks: one stat(2) each. */
const everyMs = 1000

export interface KeptSocket {
  path: string
  /** Whether new clients come in. */
  reachable(): boolean
  /** Makes it anew: folder, lock, socket. Rejects with Failure. */
  make(): Promise<void>
}

/**
 * Makes the socket anew when it disappears: a runtime folder goes with the last login of its user, and people remove
 * what looks old. Where that is not possible yet it goes on trying; each reason is logged once.
 */
export class SocketKeeper {
  readonly #socket: KeptSocket
  readonly #log: Log
  readonly #timer: NodeJS.Timeout
  #turn: Promise<void> | null = null
  #problem = ''

  constructor(socket: KeptSocket, log: Log) {
    this.#socket = socket
    this.#log = log
    this.#timer = setInterval(() => this.#look(), everyMs).unref()
  }

  /** Looks no more; resolves when what is under way is over. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#turn
  }

  #look(): void {
    if (this.#turn !== null || this.#socket.reachable()) return
    this.#turn = this.#make().finally(() => {
      this.#turn = null
    })
  }

  async #make(): Promise<void> {
    const { path } = this.#socket
    try {
      await this.#socket.make()
      this.#log.warning(`the socket ${path} was gone; it is there again`)
      this.#problem = ''
    } catch (error) {
      const why = error instanceof Failure ? error.message : String((error as Error).stack ?? error)
      if (why !== this.#problem) this.#log.error(`the socket ${path} is gone, no client gets in: ${why}`)
      this.#problem = why
    }
  }
}
