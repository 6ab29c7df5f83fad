import { codes, systemErrorCode } from './error-codes.ts'

/**
 * What a tracker is told with an announce; `none` is the regular one in between, `paused` (BEP 21) that of a torrent that
 * has what it wants but not everything.
 */
export type AnnounceEvent = 'started' | 'completed' | 'stopped' | 'paused' | 'none'

/** One announce to one tracker. Byte counts are over the torrent's life, as far as settings let them be told. */
export interface AnnounceRequest {
  url: string
  /** 40 hex digits. */
  infoHash: string
  /** 40 hex digits. */
  peerId: string
  /** Where peers reach us. */
  port: number
  uploaded: number
  downloaded: number
  left: number
  /** Bytes of pieces that failed their hash. */
  corrupt: number
  /** Bytes that came twice. */
  redundant: number
  event: AnnounceEvent
  numWant: number
  /** Proves to a tracker that we are the same peer when our address changes (BEP 7), 32 bits. */
  key: number
  /** What the tracker wants to hear again, "" for nothing. */
  trackerId: string
}

export interface AnnounceAnswer {
  /** Seconds until the next announce that the tracker wants; and that it allows at the earliest. */
  interval: number
  minInterval: number
  /** -1 unknown; also the two below. */
  complete: number
  incomplete: number
  downloaded: number
  /** `host:port` */
  peers: string[]
  /** "" for none. */
  warning: string
  trackerId: string
}

/** -1 unknown. */
export type ScrapeAnswer = Pick<AnnounceAnswer, 'complete' | 'incomplete' | 'downloaded'>

/** Seconds, where a tracker does not say (libtorrent's values). */
export const defaultInterval = 1800
export const defaultMinInterval = 30

/** What a tracker says is kept, shown and sent back with each announce: so many characters of it. */
export const longestText = 1000

/** A day is plausible, a century is a mistake that would silence us. */
const longestInterval = 7 * 86_400

/**
 * Seconds that a tracker wants us to wait, between 0 and a week. Its numbers are signed, so a negative one is no wait at
 * all and not 136 years.
 */
export function intervalOf(said: number | bigint | undefined, otherwise: number): number {
  return Math.max(0, Math.min(Number(said ?? otherwise), longestInterval))
}

/** Why a tracker could not be asked or did not answer as it should. */
export class TrackerError extends Error {
  /** Category and number as libtorrent prints its error codes (`system:111`, `http:404`): see error-codes.ts. */
  readonly code: string
  /** What the tracker itself said, "" when it said nothing. */
  readonly told: string
  /** It asked not to be asked again for so many seconds (BEP 31); 0 when it did not. */
  readonly retryAfter: number
  /** It asked never to be asked again. */
  readonly never: boolean

  constructor(
    code: string,
    message: string,
    {
      told = '',
      retryAfter = 0,
      never = false,
    }: { told?: string; retryAfter?: number; never?: boolean } = {},
  ) {
    super(message)
    this.code = code
    this.told = told
    this.retryAfter = retryAfter
    this.never = never
  }
}

/** A failure of the network, of Node's TLS or of DNS as a TrackerError. */
export function trackerError(error: unknown): TrackerError {
  if (error instanceof TrackerError) return error
  // several addresses were tried
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error
  const { code, errno, message } = first as NodeJS.ErrnoException
  return new TrackerError(systemErrorCode(code, errno), message || String(error))
}

export function timedOut(what: string): TrackerError {
  return new TrackerError(codes.timed_out, `timed out: ${what}`)
}
