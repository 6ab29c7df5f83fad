import { SeedChoking, type UploadSettings } from './settings.ts'

/** A peer that may be unchoked. Times in ms of `performance.now()`. */
export interface Candidate {
  readonly wire: {
    /** Bytes of blocks, from the peer and to it. */
    readonly downloaded: number
    readonly uploaded: number
    readonly amChoking: boolean
  }
  readonly torrent: {
    /** Bytes. */
    readonly totalSize: number
    readonly pieceLength: number
  }
  /** 0..1: what it has of its torrent. */
  readonly share: number
  /** When it was unchoked last; before that, when it came. */
  lastUnchoke: number
  /** The counters then, and at the last round. */
  uploadedAtUnchoke: number
  downloadedAtRound: number
  uploadedAtRound: number
}

/** A turn of round robin takes so long at least, ms. */
const turnMs = 60_000
/** Rate based: what each slot has to carry more than the one before, bytes/s. */
const rateStep = 2048

/** The order in which peers get slots (libtorrent: unchoke_sort): the first ones first. */
export function unchokeOrder(
  { seedChoking, pieceQuota }: UploadSettings,
  now: number,
): (one: Candidate, other: Candidate) => number {
  const rank =
    seedChoking === SeedChoking.fastestUpload
      ? byUpload
      : seedChoking === SeedChoking.antiLeech
        ? byScore
        : inTurn(pieceQuota, now)
  return (one, other) => sent(other) - sent(one) || rank(one, other) || one.lastUnchoke - other.lastUnchoke
}

/** How many slots carry enough (choking_algorithm 2). `ms`: since the last round. */
export function rateBasedSlots(all: readonly Candidate[], ms: number, threshold: number): number {
  const rates = all.map((one) => (taken(one) * 1000) / Math.max(1, ms)).sort((a, b) => b - a)
  let slots = 0
  while (slots < rates.length && Math.floor(rates[slots]!) >= threshold + slots * rateStep) slots++
  return slots + 1
}

/** What a peer has sent us since the last round. */
function sent({ wire, downloadedAtRound }: Candidate): number {
  return wire.downloaded - downloadedAtRound
}

/** What it has got from us. */
function taken({ wire, uploadedAtRound }: Candidate): number {
  return wire.uploaded - uploadedAtRound
}

function byUpload(one: Candidate, other: Candidate): number {
  return taken(other) - taken(one)
}

/** Those who are unchoked stay so until they have had their share; then come those who have waited longest. */
function inTurn(pieces: number, now: number): (one: Candidate, other: Candidate) => number {
  const served = ({ wire, torrent, uploadedAtUnchoke, lastUnchoke }: Candidate) =>
    !wire.amChoking &&
    wire.uploaded - uploadedAtUnchoke > torrent.pieceLength * pieces &&
    now - lastUnchoke > turnMs
  // what a choked one got in the last round was on its way already
  const fast = (one: Candidate) => (one.wire.amChoking ? 0 : taken(one))
  return (one, other) => Number(served(one)) - Number(served(other)) || fast(other) - fast(one)
}

function byScore(one: Candidate, other: Candidate): number {
  return antiLeechScore(other) - antiLeechScore(one)
}

/** 0 to 1000: highest for peers that have nothing or nearly everything (libtorrent: anti_leech_score). */
export function antiLeechScore({ wire, torrent, share }: Candidate): number {
  const { totalSize, pieceLength } = torrent
  if (totalSize === 0) return 0
  // what it got from us can only lower it
  const given = Math.min(wire.uploaded, totalSize / 2)
  const pieces = Math.round(share * Math.ceil(totalSize / pieceLength))
  const has = Math.max(given, pieceLength * pieces)
  return Math.trunc(Math.abs(((has - totalSize / 2) * 2000) / totalSize))
}
