import type { Wire } from 'webtorrent'
import { type Candidate, rateBasedSlots, unchokeOrder } from './choke-order.ts'
import { ChokingAlgorithm, type UploadSettings } from './settings.ts'

/** A torrent, as far as its uploads are concerned. */
export interface ChokerTorrent {
  /** Whether its pieces are known: before that nobody can be served. */
  readonly serves: boolean
  /** Peers that may be unchoked at a time; Infinity for no limit. */
  readonly mostUploads: number
  /** Bytes. */
  readonly totalSize: number
  readonly pieceLength: number
  /** 0..1: what a peer has of it. */
  share(wire: Wire): number
  /** A slot was given or taken. */
  changed(): void
  /** A peer is unchoked next. */
  unchokes(wire: Wire): void
}

interface Member extends Candidate {
  readonly wire: Wire
  readonly torrent: ChokerTorrent
  readonly send: { choke(): void; unchoke(): void }
  /** It has one of the slots that go round. */
  optimistic: boolean
  /** When it was given one last, ms; 0 for never. */
  lastOptimistic: number
}

/** A tick may come a little early, ms. */
const slack = 500

/**
 * Decides whom a session serves, by libtorrent's rules: every unchoke_interval the slots go to those who sent us most since
 * the last time, among equals by seed_choking_algorithm, and every optimistic_unchoke_interval some of them to those who
 * have waited longest. A peer that becomes interested while a slot is free has it at once. The slots are the session's,
 * whichever torrent a peer is of. Times in ms of `performance.now()`.
 *
 * libtorrent serves peers of the local network beside the slots; here they count as all others do.
 */
export class Choker {
  readonly #settings: () => UploadSettings
  readonly #members = new Map<Wire, Member>()
  /** Peers with a slot, of each torrent and in all. */
  readonly #served = new Map<ChokerTorrent, number>()
  #unchoked = 0
  /** Slots that there are, by the last round; none before `apply`. */
  #slots = 0
  /** When the last rounds were; null: the next one is due. */
  #round: number | null = null
  #turns: number | null = null
  /** When bytes were counted last. */
  #counted = performance.now()

  constructor(settings: () => UploadSettings) {
    this.#settings = settings
  }

  /** A connection has shaken hands. From now on `wire.unchoke` only asks for a slot, and `wire.choke` gives it back. */
  add(torrent: ChokerTorrent, wire: Wire): void {
    const { unchoke, choke } = wire
    const member: Member = {
      wire,
      torrent,
      send: { choke: () => choke.call(wire), unchoke: () => unchoke.call(wire) },
      get share() {
        return torrent.share(wire)
      },
      optimistic: false,
      lastOptimistic: 0,
      lastUnchoke: performance.now(),
      uploadedAtUnchoke: 0,
      downloadedAtRound: wire.downloaded,
      uploadedAtRound: wire.uploaded,
    }
    this.#members.set(wire, member)
    wire.unchoke = () => this.#wants(member)
    wire.choke = () => this.#leaves(member)
    wire.on('interested', () => this.#wants(member))
    wire.on('uninterested', () => this.#leaves(member))
    wire.once('close', () => {
      this.#members.delete(wire)
      if (wire.amChoking) return
      this.#due(member)
      this.#free(member)
    })
  }

  /** Whether a peer has one of the slots that go round. */
  isOptimistic(wire: Wire): boolean {
    return this.#members.get(wire)?.optimistic ?? false
  }

  /** Settings or limits have changed, or a torrent serves from now on. */
  apply(): void {
    this.#choose(performance.now())
  }

  /** Once a second. */
  tick(now: number): void {
    const { unchokeEvery, optimisticEvery } = this.#settings()
    if (this.#round === null || now - this.#round >= unchokeEvery * 1000 - slack) this.#choose(now)
    if (this.#turns === null || now - this.#turns >= optimisticEvery * 1000 - slack) this.#giveTurns(now)
  }

  #fixedSlots(): number {
    const { unchokeSlots } = this.#settings()
    return unchokeSlots < 0 ? Number.POSITIVE_INFINITY : unchokeSlots
  }

  /** A round: gives the slots anew, but for those that go round. */
  #choose(now: number): void {
    const settings = this.#settings()
    const all: Member[] = []
    for (const member of this.#members.values()) {
      if (member.wire.peerInterested && member.torrent.serves) all.push(member)
      else this.#choke(member)
    }
    this.#slots =
      settings.chokingAlgorithm === ChokingAlgorithm.rateBased
        ? rateBasedSlots(all, now - this.#counted, settings.rateThreshold)
        : this.#fixedSlots()
    const turns = this.#turnSlots()
    let given = 0
    for (const member of all) {
      if (member.optimistic && given < turns) given++
      else member.optimistic = false
    }
    if (given < turns) this.#turns = null
    let left = this.#slots - turns
    const kept = new Map<ChokerTorrent, number>()
    for (const member of all.sort(unchokeOrder(settings, now))) {
      const others = kept.get(member.torrent) ?? 0
      if (left > 0 && others < member.torrent.mostUploads) {
        left--
        kept.set(member.torrent, others + 1)
        this.#unchoke(member)
        // it has a slot of its own now, and another one has its turn
        if (member.optimistic) this.#turns = null
        member.optimistic = false
      } else if (!member.optimistic) this.#choke(member)
    }
    this.#count()
    this.#counted = now
    this.#round = now
  }

  /** How many of the slots go round. */
  #turnSlots(): number {
    if (this.#slots === 0 || this.#slots === Number.POSITIVE_INFINITY) return 0
    const { optimisticSlots } = this.#settings()
    return Math.min(
      this.#slots,
      optimisticSlots > 0 ? optimisticSlots : Math.max(1, Math.floor(this.#slots / 5)),
    )
  }

  /** From here on the next round counts. */
  #count(): void {
    for (const member of this.#members.values()) {
      member.downloadedAtRound = member.wire.downloaded
      member.uploadedAtRound = member.wire.uploaded
    }
  }

  /** Gives some slots to those who have waited longest for that. */
  #giveTurns(now: number): void {
    this.#turns = now
    const turns = this.#turnSlots()
    if (turns === 0) return
    const before = new Set<Member>()
    const waiting: Member[] = []
    for (const member of this.#members.values()) {
      const { wire, torrent, optimistic } = member
      if (optimistic) before.add(member)
      const may = optimistic || (wire.amChoking && this.#servedOf(torrent) < torrent.mostUploads)
      if (may && wire.peerInterested && torrent.serves) waiting.push(member)
    }
    waiting.sort((one, other) => one.lastOptimistic - other.lastOptimistic)
    for (const member of waiting.slice(0, turns)) {
      if (before.delete(member)) continue
      this.#unchoke(member)
      member.optimistic = true
      member.lastOptimistic = now
    }
    for (const member of before) {
      member.optimistic = false
      this.#choke(member)
    }
    if (this.#unchoked > this.#slots) this.#round = null
  }

  /** A peer would like to ask. */
  #wants(member: Member): void {
    const { wire, torrent } = member
    if (!wire.peerInterested || !torrent.serves) return
    if (this.#unchoked < this.#slots && this.#servedOf(torrent) < torrent.mostUploads) this.#unchoke(member)
  }

  #servedOf(torrent: ChokerTorrent): number {
    return this.#served.get(torrent) ?? 0
  }

  #unchoke(member: Member): void {
    const { wire, torrent } = member
    if (!wire.amChoking || wire.destroyed) return
    torrent.unchokes(wire)
    member.send.unchoke()
    member.lastUnchoke = performance.now()
    member.uploadedAtUnchoke = wire.uploaded
    this.#unchoked++
    this.#served.set(torrent, this.#servedOf(torrent) + 1)
    torrent.changed()
  }

  #choke(member: Member): void {
    if (member.wire.amChoking) return
    member.send.choke()
    this.#free(member)
  }

  /** A peer does not want its slot, or may not have it any more. */
  #leaves(member: Member): void {
    if (member.wire.amChoking) return
    this.#due(member)
    this.#choke(member)
  }

  /** Its slot is for others, at the next tick. */
  #due(member: Member): void {
    this.#round = null
    if (member.optimistic) this.#turns = null
  }

  #free(member: Member): void {
    const { torrent } = member
    member.optimistic = false
    this.#unchoked--
    const served = this.#servedOf(torrent) - 1
    if (served > 0) this.#served.set(torrent, served)
    else this.#served.delete(torrent)
    torrent.changed()
  }
}
