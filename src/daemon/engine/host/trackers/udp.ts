import { randomInt } from 'node:crypto'
import { createSocket, type RemoteInfo } from 'node:dgram'
import type { LookupAddress } from 'node:dns'
import { isIP, isIPv4 } from 'node:net'
import { compactLength } from '../../peer-address.ts'
import type { DatagramSocket } from '../proxy/socks-udp.ts'
import { workedFor, workFor, workForAll } from '../working-for.ts'
import { codes } from './error-codes.ts'
import { compactPeers } from './peers.ts'
import type { DatagramRoute } from './route.ts'
import type { TrackerSettings } from './settings.ts'
import {
  type AnnounceAnswer,
  type AnnounceRequest,
  defaultInterval,
  intervalOf,
  longestText,
  type ScrapeAnswer,
  TrackerError,
  timedOut,
  trackerError,
} from './types.ts'
import { hostOf, resolveHost, trackerUrl } from './url.ts'

const protocolId = 0x41727101980n
const action = { connect: 0, announce: 1, scrape: 2, error: 3 } as const
/** Bytes of an answer, at least. */
const shortest: Record<number, number> = { [action.connect]: 16, [action.announce]: 20, [action.scrape]: 20 }
const eventNumbers = { none: 0, completed: 1, started: 2, stopped: 3, paused: 4 } as const
/** Sockets without work are closed after this, ms. */
const idleMs = 1000
/** A datagram is sent so many times before the answer counts as lost. */
const tries = 3
/** Seconds; the protocol has no field for it (libtorrent's value). */
const minInterval = 60

interface Target extends LookupAddress {
  port: number
}

interface Pending {
  target: Target
  /** For which it was asked; null: for more than one. */
  torrent: string | null
  take: (message: Buffer) => void
  fail: (error: Error) => void
}

export interface UdpOptions {
  settings: TrackerSettings
  signal: AbortSignal
}

/**
 * Announces and scrapes over UDP (BEP 15, BEP 41) for all torrents of a host: one socket a family, and the connection
 * id that a tracker gave is used for all of them.
 */
export class UdpTrackers {
  readonly #sockets = new Map<number, DatagramSocket>()
  readonly #pending = new Map<number, Pending>()
  /** Connection ids by `address:port`. */
  readonly #tokens = new Map<string, { id: Promise<bigint>; until: number }>()
  #idle: NodeJS.Timeout | undefined
  #route: DatagramRoute | null = null

  /** Takes another way from now on; what is under way fails. null: straight. */
  setRoute(route: DatagramRoute | null): void {
    if (route?.name === this.#route?.name) return
    this.close()
    this.#tokens.clear()
    this.#route = route
  }

  /** Throws TrackerError, or what the network throws. */
  async announce(request: AnnounceRequest, options: UdpOptions): Promise<AnnounceAnswer> {
    const url = trackerUrl(request.url, options.settings)
    const target = await this.#target(url)
    const answer = await this.#ask(
      target,
      action.announce,
      announceBody(request, url, options.settings),
      options,
    )
    const family = target.family === 6 ? 6 : 4
    if ((answer.length - 20) % compactLength(family) !== 0) throw oddLength(answer)
    return {
      interval: intervalOf(answer.readInt32BE(8), defaultInterval),
      minInterval,
      incomplete: answer.readInt32BE(12),
      complete: answer.readInt32BE(16),
      downloaded: -1,
      peers: compactPeers(answer.subarray(20), family, options.settings.maxPeers),
      warning: '',
      trackerId: '',
    }
  }

  async scrape(url: string, infoHash: string, options: UdpOptions): Promise<ScrapeAnswer> {
    const target = await this.#target(trackerUrl(url, options.settings))
    const answer = await this.#ask(target, action.scrape, Buffer.from(infoHash, 'hex'), options)
    return {
      complete: answer.readInt32BE(8),
      downloaded: answer.readInt32BE(12),
      incomplete: answer.readInt32BE(16),
    }
  }

  /** Ends what is under way. */
  close(): void {
    clearTimeout(this.#idle)
    for (const { fail } of [...this.#pending.values()]) fail(new TrackerError(codes.canceled, 'canceled'))
    for (const socket of this.#sockets.values()) socket.close()
    this.#sockets.clear()
  }

  async #ask(target: Target, what: number, body: Buffer, options: UdpOptions): Promise<Buffer> {
    const end = AbortSignal.any([options.signal, AbortSignal.timeout(options.settings.completionMs)])
    try {
      const id = await this.#connect(target, { ...options, signal: end })
      return await this.#exchange(target, id, what, body, { ...options, signal: end })
    } catch (error) {
      // the tracker may have started anew and know the id no longer
      this.#tokens.delete(keyOf(target))
      options.signal.throwIfAborted()
      throw end.aborted ? timedOut(keyOf(target)) : trackerError(error)
    }
  }

  /** The id that proves to the tracker that our address is ours. */
  #connect(target: Target, options: UdpOptions): Promise<bigint> {
    const now = performance.now()
    const known = this.#tokens.get(keyOf(target))
    if (known !== undefined && now < known.until) return known.id
    const id = this.#exchange(target, protocolId, action.connect, Buffer.alloc(0), options).then((answer) =>
      answer.readBigUInt64BE(8),
    )
    for (const [key, { until }] of this.#tokens) if (until <= now) this.#tokens.delete(key)
    const token = { id, until: now + options.settings.udpTokenMs }
    this.#tokens.set(keyOf(target), token)
    // it belongs to whoever asked: others must not fail because that one was called off
    id.catch(() => {
      if (this.#tokens.get(keyOf(target)) === token) this.#tokens.delete(keyOf(target))
    })
    return id
  }

  /** Sends, again if nothing comes, and waits for the answer to exactly this. */
  #exchange(target: Target, id: bigint, what: number, body: Buffer, options: UdpOptions): Promise<Buffer> {
    const { signal, settings } = options
    signal.throwIfAborted()
    const transaction = this.#newTransaction()
    const head = Buffer.alloc(16)
    head.writeBigUInt64BE(id, 0)
    head.writeUInt32BE(what, 8)
    head.writeUInt32BE(transaction, 12)
    const message = Buffer.concat([head, body])
    return new Promise<Buffer>((resolve, reject) => {
      const timers: NodeJS.Timeout[] = []
      const over = () => {
        for (const timer of timers) clearTimeout(timer)
        signal.removeEventListener('abort', gone)
        this.#pending.delete(transaction)
        this.#rest()
      }
      const fail = (error: Error) => {
        over()
        reject(error)
      }
      const gone = () => fail(signal.reason as Error)
      const take = (answer: Buffer) => {
        const kind = answer.readUInt32BE(0)
        if (kind === action.error) {
          const told = answer.toString('utf8', 8).slice(0, longestText)
          fail(new TrackerError(codes.tracker_failure, told, { told }))
        } else if (kind === what && answer.length >= (shortest[what] ?? 8)) {
          // all else is ignored, as in libtorrent: anybody who sees the datagrams can answer first
          over()
          resolve(answer)
        }
      }
      this.#pending.set(transaction, { target, torrent: workedFor(), take, fail })
      signal.addEventListener('abort', gone, { once: true })
      const send = () => {
        this.#socket(target.family).send(
          message,
          target.port,
          target.address,
          (error) => error && fail(error),
        )
      }
      for (let i = 1; i < tries; i++) timers.push(setTimeout(send, (settings.receiveMs / tries) * i))
      timers.push(setTimeout(() => fail(timedOut(keyOf(target))), settings.receiveMs))
      send()
    })
  }

  #newTransaction(): number {
    for (;;) {
      const transaction = randomInt(2 ** 32)
      if (!this.#pending.has(transaction)) return transaction
    }
  }

  async #target(url: URL): Promise<Target> {
    const port = Number(url.port)
    if (port === 0) throw new TrackerError(codes.invalid_port, `${url.href} names no port`)
    const host = hostOf(url)
    // what the other end makes of a name cannot be told from here
    if (this.#route?.hostnames && isIP(host) === 0) return { address: host, family: 4, port }
    return { ...(await resolveHost(url)), port }
  }

  #socket(family: number): DatagramSocket {
    clearTimeout(this.#idle)
    const there = this.#sockets.get(family)
    if (there !== undefined) return there
    const socket: DatagramSocket = workForAll(
      () =>
        this.#route?.open() ?? createSocket({ type: family === 6 ? 'udp6' : 'udp4', ipv6Only: family === 6 }),
    )
    this.#sockets.set(family, socket)
    socket.on('message', (message, from) => this.#received(message, from))
    socket.on('error', (error) => {
      this.#sockets.delete(family)
      socket.close()
      for (const { target, fail } of [...this.#pending.values()]) if (target.family === family) fail(error)
    })
    return socket
  }

  #received(message: Buffer, from: Pick<RemoteInfo, 'address' | 'port'>): void {
    if (message.length < 8) return
    const pending = this.#pending.get(message.readUInt32BE(4))
    // anybody may send here: only the tracker that was asked is listened to
    if (pending === undefined || from.port !== pending.target.port) return
    const { address } = pending.target
    if (isIP(address) !== 0 && !sameAddress(from.address, address)) return
    const { torrent } = pending
    if (torrent === null) pending.take(message)
    else workFor(torrent, () => pending.take(message))
  }

  /** Closes the sockets once nothing was asked for a while. */
  #rest(): void {
    if (this.#pending.size > 0) return
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      for (const socket of this.#sockets.values()) socket.close()
      this.#sockets.clear()
      // a tracker may tie its id to the port we asked from
      this.#tokens.clear()
    }, idleMs)
  }
}

function announceBody(request: AnnounceRequest, url: URL, { announceIp }: TrackerSettings): Buffer {
  const fixed = Buffer.alloc(82)
  fixed.write(request.infoHash, 0, 'hex')
  fixed.write(request.peerId, 20, 'hex')
  fixed.writeBigUInt64BE(BigInt(request.downloaded), 40)
  fixed.writeBigUInt64BE(BigInt(request.left), 48)
  fixed.writeBigUInt64BE(BigInt(request.uploaded), 56)
  fixed.writeUInt32BE(eventNumbers[request.event], 64)
  if (isIPv4(announceIp)) Buffer.from(announceIp.split('.').map(Number)).copy(fixed, 68)
  fixed.writeUInt32BE(request.key >>> 0, 72)
  fixed.writeInt32BE(request.numWant, 76)
  fixed.writeUInt16BE(request.port, 80)
  const path = Buffer.from(`${url.pathname === '/' ? '' : url.pathname}${url.search}`)
  const options: Buffer[] = []
  for (let at = 0; at < path.length; at += 255) {
    const part = path.subarray(at, at + 255)
    options.push(Buffer.from([2, part.length]), part)
  }
  return Buffer.concat([fixed, ...options])
}

function keyOf({ address, port }: Target): string {
  return `${address}:${port}`
}

/** The system may write an IPv6 address in another way than we got it, and adds its zone; a proxy may write anything. */
function sameAddress(from: string, asked: string): boolean {
  if (from === asked) return true
  const [one, other] = [from, asked].map((address) => `http://[${address.replace(/%.*$/, '')}]`) as [
    string,
    string,
  ]
  if (!URL.canParse(one) || !URL.canParse(other)) return false
  return new URL(one).hostname === new URL(other).hostname
}

function oddLength(answer: Buffer): TrackerError {
  return new TrackerError(codes.invalid_tracker_response_length, `an answer of ${answer.length} bytes`)
}
