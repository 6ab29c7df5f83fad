import type { Torrent, WebConn, Wire } from 'webtorrent'
import type { Metainfo } from '../../../../metainfo/types.ts'
import type { LiveSettings } from '../settings.ts'
import { fetchRange } from './web-request.ts'

export interface WebSeedParts {
  torrent: Torrent
  live: () => LiveSettings
  /** Whether anything is wanted that is missing: they have no other use. */
  wanted: () => boolean
  warn: (message: string) => void
}

/**
 * A torrent's web seeds (BEP 19). webtorrent makes a peer of each; the requests are ours: webtorrent's own ask for pad
 * files, take an error page for data, and repeat what failed without end. Here a web seed that failed is left alone
 * for urlseed_wait_retry seconds while the next one has its turn, and as many as max_web_seed_connections are used.
 */
export class WebSeeds {
  readonly #torrent: Torrent
  readonly #live: () => LiveSettings
  readonly #wanted: () => boolean
  readonly #warn: (message: string) => void
  #given: ReadonlySet<string> = new Set()
  /** Those that may be used, in the order of their turns. */
  #urls: string[] = []
  /** They sent bad data; named anew they may be used again. */
  readonly #banned = new Set<string>()
  readonly #used = new Map<string, AbortController>()
  /** Failed ones, until they may be tried again. */
  readonly #resting = new Map<string, NodeJS.Timeout>()
  /** null until the pieces are known. */
  #meta: Metainfo | null = null

  constructor({ torrent, live, wanted, warn }: WebSeedParts) {
    this.#torrent = torrent
    this.#live = live
    this.#wanted = wanted
    this.#warn = warn
  }

  /** Those to use from now on; others are let go. Urls that are neither http nor https are left out. */
  set(urls: readonly string[]): void {
    const before = this.#given
    this.#given = new Set(urls)
    for (const url of before) if (!this.#given.has(url)) this.#banned.delete(url)
    // those that are known keep their turns
    const turns = this.#urls.filter((url) => this.#given.has(url))
    for (const url of this.#given) {
      if (turns.includes(url) || this.#banned.has(url)) continue
      if (isWebUrl(url)) turns.push(url)
      else if (!before.has(url)) this.#warn(`"${url}" is no http or https url: no web seed`)
    }
    this.#urls = turns
    for (const url of [...this.#used.keys()]) if (!this.#urls.includes(url)) this.#drop(url)
    for (const [url, timer] of [...this.#resting]) {
      if (this.#urls.includes(url)) continue
      clearTimeout(timer)
      this.#resting.delete(url)
    }
    this.fill()
  }

  /** The pieces are known: web seeds may be asked. */
  start(meta: Metainfo): void {
    this.#meta = meta
    this.fill()
  }

  stop(): void {
    this.#meta = null
    for (const timer of this.#resting.values()) clearTimeout(timer)
    for (const url of [...this.#used.keys()]) this.#drop(url)
    this.#resting.clear()
  }

  /** Takes on as many as allowed, or lets go of what is more; also after a change of settings or wishes. */
  fill(): void {
    const meta = this.#meta
    if (meta === null || this.#torrent.destroyed) return
    const { webSeedConnections } = this.#live()
    const most = this.#wanted() ? webSeedConnections : 0
    for (const url of [...this.#used.keys()].slice(most)) this.#drop(url)
    for (const url of this.#urls) {
      if (this.#used.size >= most) return
      if (!this.#used.has(url) && !this.#resting.has(url)) this.#use(url, meta)
    }
  }

  /** A piece that a web seed sent was bad: when ban_web_seeds is off it only rests. False for any other peer. */
  forgive(wire: Wire): boolean {
    if (wire.type !== 'webSeed' || this.#live().banWebSeeds) return false
    const peers = this.#torrent._peers?.values().toArray() ?? []
    const url = peers.find((peer) => peer.wire === wire)?.id
    if (url === undefined) return false
    this.#failed(url, new Error(`web seed ${url}: it sent bad data`))
    return true
  }

  #use(url: string, meta: Metainfo): void {
    const torrent = this.#torrent
    torrent.addWebSeed(url)
    const conn = torrent._peers?.get(url)?.conn as unknown as WebConn | null | undefined
    if (conn === undefined || conn === null) return
    const abort = new AbortController()
    this.#used.set(url, abort)
    conn.once('close', () => {
      abort.abort(new Error('closed'))
      if (this.#used.get(url) !== abort) return
      // banned for what it sent, most likely: not to be tried again
      this.#used.delete(url)
      this.#banned.add(url)
      this.#urls = this.#urls.filter((other) => other !== url)
      this.fill()
    })
    conn.httpRequest = (piece, offset, length, done) => {
      const { userAgent, urlSeedTimeout, proxy } = this.#live()
      const options = { userAgent, proxy, timeoutMs: urlSeedTimeout * 1000, signal: abort.signal }
      fetchRange(meta, url, piece * meta.pieceLength + offset, length, options).then(
        (bytes) => {
          if (!conn.destroyed) done(null, bytes)
        },
        (error: Error) => {
          if (conn.destroyed) return
          done(error)
          this.#failed(url, error)
        },
      )
    }
  }

  #failed(url: string, error: Error): void {
    if (!this.#used.has(url)) return
    this.#warn(error.message)
    this.#drop(url)
    const again = () => {
      this.#resting.delete(url)
      this.fill()
    }
    this.#resting.set(url, setTimeout(again, this.#live().urlSeedRetry * 1000).unref())
    // the others go first next time
    this.#urls = [...this.#urls.filter((other) => other !== url), url]
    this.fill()
  }

  #drop(url: string): void {
    const abort = this.#used.get(url)
    this.#used.delete(url)
    if (!this.#torrent.destroyed) this.#torrent.removePeer(url)
    abort?.abort(new Error('dropped'))
  }
}

function isWebUrl(url: string): boolean {
  return /^https?:\/\/./.test(url) && URL.canParse(url)
}
