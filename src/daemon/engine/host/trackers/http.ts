import { isIP } from 'node:net'
import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import { BDict, bdecode } from '../../../../metainfo/index.ts'
import { HangUpError, type HttpAnswer, httpGet } from '../http/get.ts'
import { HttpParseError } from '../http/head.ts'
import type { ProxyPlan } from '../proxy/proxy-plan.ts'
import { codes, decodeErrorCode } from './error-codes.ts'
import { peersOf, wrongPeers } from './peers.ts'
import type { TrackerSettings } from './settings.ts'
import {
  type AnnounceAnswer,
  type AnnounceRequest,
  defaultInterval,
  defaultMinInterval,
  intervalOf,
  longestText,
  type ScrapeAnswer,
  TrackerError,
  timedOut,
} from './types.ts'
import { checkTarget, hostOf, lookupFor, trackerUrl } from './url.ts'

/** libtorrent follows as many. */
const maxRedirects = 5
/** A dictionary for a peer has eight items, so this is room for thousands; it is decoded in one go. */
const mostItems = 30_000
export interface HttpOptions {
  settings: TrackerSettings
  /** Ends it. */
  signal: AbortSignal
  /** What all of it goes through; null: straight. */
  proxy: ProxyPlan | null
}

/** Announces over HTTP or HTTPS (BEP 3, 7, 23, 31). Throws TrackerError, or what the network throws. */
export async function httpAnnounce(request: AnnounceRequest, options: HttpOptions): Promise<AnnounceAnswer> {
  const { settings } = options
  const url = withQuery(trackerUrl(request.url, settings), announceQuery(request, settings))
  const answer = decode(await get(url, options))
  const interval = intervalOf(answer.integer('interval'), defaultInterval)
  const minInterval = intervalOf(answer.integer('min interval'), defaultMinInterval)
  // as libtorrent reads them: one of 0 is none, one below is no wait
  const retryAfter = Number(answer.integer('interval') ?? interval) === 0 ? minInterval : interval
  const failure = answer.bytes('failure reason')
  if (failure !== undefined) throw failureOf(answer, failure, retryAfter)
  const peers = peersOf(answer, settings.maxPeers)
  const wrong = wrongPeers(answer.list('peers') ?? [])
  if (wrong !== null && peers.length === 0)
    throw new TrackerError(wrong, 'none of its peers has an address', { retryAfter })
  return {
    interval,
    minInterval,
    complete: count(answer, 'complete'),
    incomplete: count(answer, 'incomplete'),
    downloaded: count(answer, 'downloaded'),
    peers,
    warning: text(answer, 'warning message'),
    trackerId: text(answer, 'tracker id'),
  }
}

/** Asks for numbers only (BEP 48). Throws TrackerError also for a tracker whose url has no `/announce` in it. */
export async function httpScrape(url: string, infoHash: string, options: HttpOptions): Promise<ScrapeAnswer> {
  const target = trackerUrl(url, options.settings)
  const last = target.pathname.lastIndexOf('/')
  if (!target.pathname.startsWith('/announce', last))
    throw new TrackerError(codes.scrape_not_available, `${url} cannot be asked for numbers only`)
  target.pathname = `${target.pathname.slice(0, last)}/scrape${target.pathname.slice(last + '/announce'.length)}`
  const answer = decode(await get(withQuery(target, `info_hash=${percent(infoHash)}`), options))
  const failure = answer.bytes('failure reason')
  if (failure !== undefined) throw failureOf(answer, failure, 0)
  const key = Buffer.from(infoHash, 'hex').toString('latin1')
  const found = answer.dict('files')?.dict(key)
  if (!found) throw new TrackerError(codes.invalid_hash_entry, `${url} says nothing of this torrent`)
  return {
    complete: count(found, 'complete'),
    incomplete: count(found, 'incomplete'),
    downloaded: count(found, 'downloaded'),
  }
}

function announceQuery(request: AnnounceRequest, settings: TrackerSettings): string {
  const { uploaded, downloaded, left, corrupt, redundant, event, numWant, port, trackerId } = request
  const pairs: [string, string | number][] = [
    ['info_hash', percent(request.infoHash)],
    ['peer_id', percent(request.peerId)],
    ['port', port],
    ['uploaded', uploaded],
    ['downloaded', downloaded],
    ['left', left],
    ['corrupt', corrupt],
    ['key', (request.key >>> 0).toString(16).toUpperCase().padStart(8, '0')],
  ]
  if (event !== 'none') pairs.push(['event', event])
  pairs.push(['numwant', numWant], ['compact', 1], ['no_peer_id', 1])
  if (settings.announceCrypto) pairs.push(['supportcrypto', 1])
  if (settings.reportRedundant) pairs.push(['redundant', redundant])
  if (trackerId !== '') pairs.push(['trackerid', encodeURIComponent(trackerId)])
  if (settings.announceIp !== '') pairs.push(['ip', encodeURIComponent(settings.announceIp)])
  return pairs.map(([name, value]) => `${name}=${value}`).join('&')
}

/** Hex digits as the bytes they stand for, percent-encoded. */
function percent(hex: string): string {
  return hex.replace(/../g, (byte) => {
    const char = String.fromCharCode(Number.parseInt(byte, 16))
    return /[0-9A-Za-z.~_-]/.test(char) ? char : `%${byte.toUpperCase()}`
  })
}

/** `url` may have a query of its own (a passkey). */
function withQuery(url: URL, query: string): URL {
  const whole = new URL(url)
  // not through searchParams, which would encode what is encoded
  whole.search = url.search === '' ? `?${query}` : `${url.search}&${query}`
  return whole
}

async function get(url: URL, options: HttpOptions): Promise<Buffer> {
  let from = url
  for (let hops = 0; ; hops++) {
    const answer = await send(from, options)
    const { status, reason, headers } = answer.head
    if (status === 200) return await body(answer, options)
    answer.close()
    // as in libtorrent the last one is an answer like any other
    if (status < 300 || status >= 400 || hops >= maxRedirects) {
      const told = { told: reason, never: status === 410 }
      throw new TrackerError(`http:${status}`, `HTTP ${status} ${reason}`, told)
    }
    const location = headers.get('location') ?? ''
    if (location === '')
      throw new TrackerError(
        codes.http_missing_location,
        `${from.origin} redirects, and does not say where to`,
      )
    const target = URL.canParse(location, from.href) ? new URL(location, from.href).href : location
    from = trackerUrl(target, options.settings)
  }
}

async function send(url: URL, { settings, signal, proxy }: HttpOptions): Promise<HttpAnswer> {
  const { protocol } = url
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new TrackerError(codes.unsupported_url_protocol, `${protocol} is no way to reach a tracker`)
  const host = hostOf(url)
  if (proxy === null && isIP(host) !== 0) checkTarget(url, [host], settings)
  const silence = new AbortController()
  const timer = setTimeout(
    () => silence.abort(timedOut(`${url.origin} says nothing`)),
    settings.receiveMs,
  ).unref()
  try {
    return await httpGet(url, {
      proxy,
      lookup: lookupFor(url, settings),
      validate: settings.validateHttps,
      headers: { 'User-Agent': settings.userAgent, 'Accept-Encoding': 'gzip' },
      signal: AbortSignal.any([signal, silence.signal]),
      alive: () => timer.refresh(),
    })
  } catch (error) {
    clearTimeout(timer)
    throw httpError(error)
  }
}

function httpError(error: unknown): unknown {
  if (error instanceof HttpParseError)
    return new TrackerError(error.tooLong ? codes.file_too_large : codes.http_parse_error, error.message)
  if (error instanceof HangUpError) return new TrackerError(codes.eof, error.message)
  return error
}

async function body(answer: HttpAnswer, { settings }: HttpOptions): Promise<Buffer> {
  const { maxResponse } = settings
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of answer.body()) {
      length += chunk.length
      if (length > maxResponse) throw tooLong(maxResponse)
      chunks.push(chunk)
    }
  } catch (error) {
    throw httpError(error)
  }
  const bytes = Buffer.concat(chunks)
  const encoding = answer.head.headers.get('content-encoding')
  if (encoding !== 'gzip' && encoding !== 'x-gzip' && encoding !== 'deflate') return bytes
  try {
    return await promisify(encoding === 'deflate' ? inflate : gunzip)(bytes, { maxOutputLength: maxResponse })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new TrackerError(gzipErrorCode(code, message), `the answer, decompressed: ${message}`)
  }
}

function gzipErrorCode(code: string | undefined, message: string): string {
  if (code === 'ERR_BUFFER_TOO_LARGE') return codes.inflated_data_too_large
  if (message.includes('header')) return codes.invalid_gzip_header
  return code === 'Z_BUF_ERROR' ? codes.data_did_not_terminate : codes.http_failed_decompress
}

function tooLong(maxLength: number): TrackerError {
  return new TrackerError(
    codes.file_too_large,
    `the answer is longer than ${maxLength} bytes (tracker_maximum_response_length)`,
  )
}

function decode(bytes: Buffer): BDict {
  let value: unknown
  try {
    value = bdecode(bytes, { form: 'loose', items: mostItems })
  } catch (error) {
    const { message } = error as Error
    throw new TrackerError(decodeErrorCode(message), `the answer: ${message}`, nonsense)
  }
  if (value instanceof BDict) return value
  throw new TrackerError(codes.invalid_tracker_response, 'the answer is no dictionary', nonsense)
}

/** As libtorrent: who answers nonsense is left alone for as long as one who answers. */
const nonsense = { retryAfter: defaultInterval }

function failureOf(answer: BDict, reason: Uint8Array, interval: number): TrackerError {
  const told = shown(reason)
  const retry = answer.get('retry in')
  const never = retry instanceof Uint8Array && Buffer.from(retry).toString() === 'never'
  // minutes, as a number or as its digits (BEP 31)
  const minutes = Number(retry instanceof Uint8Array ? Buffer.from(retry).toString() : retry)
  const retryAfter = minutes > 0 ? minutes * 60 : interval
  return new TrackerError(codes.tracker_failure, told || 'no reason given', { told, retryAfter, never })
}

/** A cut may go through the middle of a character, which no url can hold. */
function shown(bytes: Uint8Array | never[]): string {
  return Buffer.from(bytes).toString().slice(0, longestText).toWellFormed()
}

function text(dict: BDict, key: string): string {
  return Buffer.from(dict.bytes(key) ?? [])
    .toString()
    .slice(0, longestText)
}

function count(dict: BDict, key: string): number {
  const value = Number(dict.integer(key) ?? -1)
  return value >= 0 && value < 2 ** 31 ? value : -1
}
