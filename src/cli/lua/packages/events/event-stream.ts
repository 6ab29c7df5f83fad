import { setTimeout as sleep } from 'node:timers/promises'
import { ExitCode } from '../../../../program/exit-codes.ts'
import { RpcClient } from '../../../../rpc/client.ts'
import type { DaemonEvent, Overflow } from '../../../../rpc/contract/events.ts'
import { type EventName, eventNotification } from '../../../../rpc/event-names.ts'
import { protocolVersion } from '../../../../rpc/protocol.ts'
import type { Api } from '../../api/describe.ts'
import type { Alive } from '../../loop/loop.ts'

/** Somebody who hears the events of one name. */
export interface EventHandler {
  readonly name: EventName
  /** Number of the last event that it has heard, or that was before it. */
  seen: number
  /** Runs as a task of the loop. */
  hear(event: DaemonEvent): void
}

/** Events that may wait for the script before the daemon has to keep them. */
const mostWaiting = 256
const fewWaiting = 64
/** How long a daemon may be away: longer than a restart takes. */
const patienceMs = 10_000
const retryMs = 200

/**
 * The connection over which the daemon tells this script what happens. It exists as long as there are handlers, from
 * the end of the main chunk on. A daemon that is restarted is waited for.
 */
export class EventStream implements Alive {
  readonly #api: Api
  readonly #handlers = new Set<EventHandler>()
  /** Handlers that the daemon knows of. */
  #subscribed = new Set<EventHandler>()
  #client: RpcClient | undefined
  #working = false
  #soon: NodeJS.Immediate | undefined
  #paused = false
  #generation: string | undefined
  /** The daemon was away: events may be missing, however many. */
  #wasAway = false
  #stopped = false

  constructor(api: Api) {
    this.#api = api
  }

  add(handler: EventHandler): void {
    if (this.#handlers.size === 0) this.#api.host.loop.add(this)
    this.#handlers.add(handler)
    this.#changed()
  }

  remove(handler: EventHandler): void {
    if (!this.#handlers.delete(handler)) return
    this.#subscribed.delete(handler)
    this.#changed()
    if (this.#handlers.size === 0) this.#api.host.loop.remove(this)
  }

  stop(): void {
    this.#stopped = true
    clearImmediate(this.#soon)
    this.#handlers.clear()
    this.#subscribed.clear()
    void this.#client?.close()
    this.#api.host.loop.remove(this)
  }

  /** Not at once: the daemon is told of all that a chunk or callback changes together. */
  #changed(): void {
    if (!this.#stopped) this.#soon ??= setImmediate(() => void this.#work())
  }

  /** Makes the subscription fit the handlers, until it does. */
  async #work(): Promise<void> {
    this.#soon = undefined
    if (this.#working) return
    this.#working = true
    try {
      while (!this.#stopped && !this.#fits()) await this.#subscribe()
    } catch (error) {
      if (this.#handlers.size > 0) this.#giveUp((error as Error).message)
    } finally {
      this.#working = false
    }
  }

  #fits(): boolean {
    if (this.#handlers.size === 0) return this.#client === undefined
    return this.#client !== undefined && [...this.#handlers].every((handler) => this.#subscribed.has(handler))
  }

  async #subscribe(): Promise<void> {
    if (this.#handlers.size === 0) {
      const client = this.#client
      this.#client = undefined
      await client?.close()
      return
    }
    const client = this.#client ?? (await this.#connect())
    if (this.#stopped) {
      await client.close()
      return
    }
    const handlers = new Set(this.#handlers)
    try {
      await client.call(
        'events.subscribe',
        {
          events: [...new Set([...handlers].map(({ name }) => name))],
          client: this.#api.client,
          after: Math.min(...[...handlers].map(({ seen }) => seen)),
        },
        {
          // The answer comes before the events that follow it: from then on they are for all of these.
          answered: () => {
            this.#subscribed = new Set([...handlers].filter((handler) => this.#handlers.has(handler)))
          },
        },
      )
    } catch (error) {
      // It went away again; whoever noticed that has asked for another.
      if (this.#client !== client) return
      throw error
    }
  }

  async #connect(): Promise<RpcClient> {
    const until = performance.now() + patienceMs
    for (;;) {
      try {
        return await this.#greet()
      } catch (error) {
        if (this.#handlers.size === 0 || performance.now() > until) throw error
      }
      await sleep(retryMs)
    }
  }

  async #greet(): Promise<RpcClient> {
    const client = await RpcClient.connect(this.#api.channel.socketPath)
    try {
      const hello = await client.call('hello', { protocol: protocolVersion, client: 'porla-lua events' })
      this.#wasAway = this.#generation !== undefined && this.#generation !== hello.generation
      this.#generation = hello.generation
    } catch (error) {
      await client.close()
      throw error
    }
    client.onNotification = (method, params) => {
      if (method === eventNotification) this.#receive(client, params as DaemonEvent | Overflow)
    }
    void client.closed.then(() => this.#lost(client))
    this.#client = client
    this.#paused = false
    return client
  }

  #lost(client: RpcClient): void {
    if (this.#client !== client) return
    this.#client = undefined
    this.#subscribed.clear()
    this.#changed()
  }

  #receive(client: RpcClient, event: DaemonEvent | Overflow): void {
    if (client !== this.#client) return
    const { loop } = this.#api.host
    const handlers = [...this.#subscribed].filter(({ seen }) => seen < event.seq)
    for (const handler of handlers) handler.seen = event.seq
    if (event.event === 'overflow') {
      this.#warnOfLoss(event)
      return
    }
    for (const handler of handlers) {
      if (handler.name !== event.event) continue
      loop.post(() => {
        if (this.#handlers.has(handler)) handler.hear(event)
        this.#resumeReading()
      })
    }
    if (loop.backlog >= mostWaiting && !this.#paused) {
      this.#paused = true
      client.pause()
    }
  }

  /** A script that is slow must not collect events here without end: the daemon keeps them, as many as it can. */
  #resumeReading(): void {
    if (!this.#paused || this.#api.host.loop.backlog > fewWaiting) return
    this.#paused = false
    this.#client?.resume()
  }

  #warnOfLoss({ from, to }: Overflow): void {
    const what = this.#wasAway
      ? 'the daemon was started anew; what happened meanwhile is not known'
      : `${to - from + 1} events are lost: they come faster than the script takes them`
    this.#api.host.say(`porla-lua: warning: ${what}\n`)
    this.#wasAway = false
  }

  /** The handlers would wait for ever. */
  #giveUp(reason: string): void {
    this.#api.host.loop.fail(`events: ${reason}`, ExitCode.unreachable)
    this.stop()
  }
}
