/** What one request asks for, bytes. */
export const blockLength = 16384

export const BlockState = {
  /** Nobody is asked for it. */
  free: 0,
  requested: 1,
  /** It has come. */
  received: 2,
} as const
type BlockState = (typeof BlockState)[keyof typeof BlockState]

/** Whoever may be asked for blocks and may send them; compared by identity. */
export type Asked = object

/** Blocks of a piece that one peer was asked for; more than one only of a web seed. */
export interface BlockRequest {
  readonly owner: Asked
  readonly begun: BegunPiece
  /** The first of them, and how many. */
  readonly block: number
  readonly count: number
}

/** A piece of which blocks were asked for or have come: what is known of each block. */
export class BegunPiece {
  readonly index: number
  /** Bytes. */
  readonly length: number
  readonly blocks: number
  /** Blocks that nobody is asked for. */
  free: number
  /** Blocks that have come, and their bytes. */
  received = 0
  receivedBytes = 0
  /** The one peer that was asked for blocks or sent some; null for nobody yet, 'several' for more than one. */
  owner: Asked | 'several' | null = null
  /** Whether the owner alone is to be asked, since it is fast enough for the whole piece. */
  whole = false
  readonly #states: Uint8Array
  /** Who was asked for each block: one mostly, more near the end. */
  readonly #requests: (BlockRequest | BlockRequest[] | undefined)[]
  readonly #senders: (Asked | undefined)[]
  /** No block before this one is free. */
  #firstFree = 0

  constructor(index: number, length: number) {
    this.index = index
    this.length = length
    this.blocks = Math.ceil(length / blockLength)
    this.free = this.blocks
    this.#states = new Uint8Array(this.blocks)
    this.#requests = new Array<undefined>(this.blocks)
    this.#senders = new Array<undefined>(this.blocks)
  }

  state(block: number): BlockState {
    return this.#states[block] as BlockState
  }

  /** Bytes of a block: only the last one may be shorter. */
  sizeOf(block: number): number {
    return Math.min(blockLength, this.length - block * blockLength)
  }

  get complete(): boolean {
    return this.received === this.blocks
  }

  /** Nobody is asked and nothing has come: it might as well not have begun. */
  get untouched(): boolean {
    return this.free === this.blocks
  }

  /** Blocks that were asked for and have not come. */
  get outstanding(): number {
    return this.blocks - this.free - this.received
  }

  /** The next free block; -1 for none. */
  nextFree(): number {
    if (this.free === 0) return -1
    while (this.#states[this.#firstFree] !== BlockState.free) this.#firstFree++
    return this.#firstFree
  }

  /** How many blocks from this one on are free, at most so many. */
  freeRun(block: number, most: number): number {
    let count = 0
    while (count < most && block + count < this.blocks && this.#states[block + count] === BlockState.free)
      count++
    return count
  }

  /** Somebody is asked for blocks. */
  request(request: BlockRequest): void {
    this.#touchedBy(request.owner)
    for (let block = request.block; block < request.block + request.count; block++) {
      if (this.#states[block] === BlockState.free) {
        this.#states[block] = BlockState.requested
        this.free--
      }
      const known = this.#requests[block]
      if (known === undefined) this.#requests[block] = request
      else if (Array.isArray(known)) known.push(request)
      else this.#requests[block] = [known, request]
    }
  }

  /** A request will not be answered, or has been. True when blocks are free for that. */
  drop(request: BlockRequest): boolean {
    let freed = false
    for (let block = request.block; block < request.block + request.count; block++) {
      const known = this.#requests[block]
      if (known === request) this.#requests[block] = undefined
      else if (Array.isArray(known)) {
        const left = known.filter((one) => one !== request)
        this.#requests[block] = left.length > 1 ? left : left[0]
      }
      if (this.#requests[block] !== undefined || this.#states[block] !== BlockState.requested) continue
      this.#states[block] = BlockState.free
      this.free++
      this.#firstFree = Math.min(this.#firstFree, block)
      freed = true
    }
    return freed
  }

  /** A block has come. Answers with the requests for it that wait still. */
  receive(block: number, sender: Asked): readonly BlockRequest[] {
    if (this.#states[block] === BlockState.free) this.free--
    this.#touchedBy(sender)
    this.#states[block] = BlockState.received
    this.#senders[block] = sender
    this.received++
    this.receivedBytes += this.sizeOf(block)
    return this.requests(block)
  }

  /** Who is asked for a block. */
  requests(block: number): readonly BlockRequest[] {
    const known = this.#requests[block]
    if (known === undefined) return none
    return Array.isArray(known) ? [...known] : [known]
  }

  /** Who sent a block that has come. */
  sender(block: number): Asked | undefined {
    return this.#senders[block]
  }

  /** Everybody who sent a block. */
  get senders(): Set<Asked> {
    return new Set(this.#senders.filter((sender) => sender !== undefined))
  }

  /** What has come is wrong: all blocks are to be had again. Requests under way stay. */
  restart(): void {
    this.#senders.fill(undefined)
    this.received = 0
    this.receivedBytes = 0
    this.free = 0
    this.#firstFree = 0
    this.whole = false
    this.owner = null
    for (let block = 0; block < this.blocks; block++) {
      const asked = this.#requests[block] !== undefined
      this.#states[block] = asked ? BlockState.requested : BlockState.free
      if (!asked) this.free++
      for (const { owner } of this.requests(block)) this.#touchedBy(owner)
    }
  }

  #touchedBy(who: Asked): void {
    if (this.owner === null) this.owner = who
    else if (this.owner !== who) this.owner = 'several'
  }
}

const none: readonly BlockRequest[] = []
