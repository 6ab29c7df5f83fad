import type WebTorrent from 'webtorrent'
import { Serial } from '../../concurrency.ts'
import type { ClientPlan, LiveSettings } from '../settings.ts'
import { openClient, trackerOptions } from './client.ts'

const firstDelayMs = 1000
const maxDelayMs = 30_000
/** A client that lived this long starts over with short delays, ms. */
const healthyMs = 60_000

export interface KeeperHooks {
  /** A client listens: torrents may join it. */
  opened: (client: WebTorrent) => void
  /** The client is about to go or gone: torrents have to leave it. */
  closing: () => Promise<void>
  trouble: (message: string) => void
}

/**
 * Keeps one client running: opens it when first wanted, again after it died (webtorrent ends it for an error of
 * its listening socket or its DHT), and anew for settings that it cannot change.
 */
export class ClientKeeper {
  client: WebTorrent | null = null
  readonly #hooks: KeeperHooks
  #plan: ClientPlan
  #live: LiveSettings
  #wanted = false
  #delayMs = 0
  #openedAt = 0
  #retry: NodeJS.Timeout | null = null
  /** Opening and closing, one after the other. */
  readonly #serial = new Serial()

  constructor(plan: ClientPlan, live: LiveSettings, hooks: KeeperHooks) {
    this.#plan = plan
    this.#live = live
    this.#hooks = hooks
  }

  /** Opens a client if there is none. */
  want(): void {
    if (this.#wanted) return
    this.#wanted = true
    this.#open()
  }

  configure(plan: ClientPlan, live: LiveSettings): void {
    this.#live = live
    const same = JSON.stringify(plan) === JSON.stringify(this.#plan)
    this.#plan = plan
    if (this.client !== null) {
      this.client.userAgent = live.userAgent
      this.client.tracker = trackerOptions(plan, live)
      this.client.secure = live.encryptIn === 2 ? 0 : 1
    }
    if (same || !this.#wanted) return
    this.#delayMs = 0
    void this.#inTurn(() => this.#close())
    this.#open()
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    this.#wanted = false
    if (this.#retry !== null) clearTimeout(this.#retry)
    await this.#inTurn(() => this.#close())
  }

  #open(): void {
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#retry = null
    void this.#inTurn(async () => {
      if (this.client !== null || !this.#wanted) return
      try {
        const client = await openClient(this.#plan, this.#live, {
          trouble: this.#hooks.trouble,
          lost: (error) => this.#lost(client, error),
        })
        this.client = client
        this.#openedAt = performance.now()
        this.#hooks.opened(client)
      } catch (error) {
        this.#again((error as Error).message)
      }
    })
  }

  #lost(client: WebTorrent, error: Error): void {
    if (this.client !== client) return
    this.client = null
    void this.#inTurn(() => this.#hooks.closing())
    if (performance.now() - this.#openedAt > healthyMs) this.#delayMs = 0
    this.#again(error.message)
  }

  #again(reason: string): void {
    if (!this.#wanted) return
    this.#delayMs = Math.min(maxDelayMs, this.#delayMs * 2 || firstDelayMs)
    this.#hooks.trouble(`${reason}; trying again in ${this.#delayMs / 1000} s`)
    this.#retry = setTimeout(() => this.#open(), this.#delayMs)
  }

  async #close(): Promise<void> {
    const { client } = this
    this.client = null
    await this.#hooks.closing()
    if (client !== null && !client.destroyed) await new Promise<void>((resolve) => client.destroy(resolve))
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#serial.run(work)
    done.catch((error: Error) => this.#hooks.trouble(error.message))
    return done
  }
}
