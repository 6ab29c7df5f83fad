import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { BDict, bdecode } from '../../src/metainfo/index.ts'
import { keyBytes, MseReader, publicKey, Rc4, sha1, sharedSecret, xor } from './mse.ts'
import { closedWithin } from './net.ts'
import { frame } from './wire-messages.ts'

/** What a peer does, one after the other. Bytes are base64. */
export type Step =
  /** Bytes as they are. */
  | { send: string }
  /** An extended message by the number that the other end gave to it; by `otherwise` if it gave none. */
  | { extended: string; otherwise: number; body: string }
  /** Waits for the other end's extension handshake. */
  | { wait: 'extended' }
  | { sleep: number }

/** How a peer answers requests for blocks, and for metadata. */
export interface Answers {
  block?: { pieceBy: number; offsetBy: number; length: number; times: number; reject: boolean }
  /** Bodies that come in turn, base64, whatever was asked. */
  metadata?: string[]
}

/** Encryption as an odd peer does it. */
export interface Mse {
  /** Our public key as it is; without it a sound one. */
  key?: string
  pad: number
  /** Bits of the methods that are offered or chosen, and the length of the padding that is claimed. */
  methods: number
  claim: number
  /** Bytes instead of what is due after the keys. */
  garbage?: string
}

/** A handshake is answered within this time, ms, if it is answered at all. */
const heardWithinMs = 700

const secret = 0x5deece66d5deece66d5deece66d5deece66dn

/** A peer on a socket: does its steps, reads what comes, and answers. */
export class Peer {
  readonly #socket: Socket
  readonly #answers: Answers
  #left = Buffer.alloc(0)
  #shaken = false
  #names: Map<string, number> | null = null
  #metadata = 0
  #encrypt: Rc4 | null = null

  constructor(socket: Socket, answers: Answers) {
    this.#socket = socket
    this.#answers = answers
  }

  /** The other end's handshake was read. */
  get shaken(): boolean {
    return this.#shaken
  }

  /** Plain from the first byte. */
  plain(): void {
    this.#socket.on('data', (chunk: Buffer) => this.#heard(chunk))
  }

  /** Exchanges keys; whoever called sends more after it. */
  async encrypted(infoHash: string, mse: Mse, called: boolean): Promise<void> {
    const key = mse.key === undefined ? publicKey(secret) : Buffer.from(mse.key, 'base64')
    const theirs = this.#gather(96)
    if (called) await theirs
    this.#write(Buffer.concat([key, Buffer.alloc(mse.pad, 1)]))
    const shared = sharedSecret(secret, (await theirs) ?? keyBytes(2n))
    if (mse.garbage !== undefined) {
      this.#write(Buffer.from(mse.garbage, 'base64'))
      return
    }
    const skey = Buffer.from(infoHash, 'hex')
    this.#encrypt = new Rc4(sha1(called ? 'keyB' : 'keyA', shared, skey))
    const theirKey = sha1(called ? 'keyA' : 'keyB', shared, skey)
    const mark = called ? sha1('req1', shared) : new Rc4(theirKey).apply(Buffer.alloc(8))
    const reader = new MseReader(new Rc4(theirKey), mark, called, (bytes) => this.#heard(bytes))
    this.#socket.on('data', (chunk: Buffer) => reader.push(chunk))
    const words = Buffer.alloc(14)
    words.writeUInt32BE(mse.methods % 2 ** 32, 8)
    words.writeUInt16BE(mse.claim % 65_536, 12)
    if (called) this.#write(this.#encrypt.apply(words))
    else {
      const hashes = [sha1('req1', shared), xor(sha1('req2', skey), sha1('req3', shared))]
      this.#write(Buffer.concat([...hashes, this.#encrypt.apply(Buffer.concat([words, Buffer.alloc(2)]))]))
    }
    this.#socket.resume()
  }

  async play(steps: Step[], lastMs: number): Promise<void> {
    for (const step of steps) {
      if (this.#socket.destroyed) return
      if ('sleep' in step) await sleep(step.sleep)
      else if ('send' in step) {
        this.#say(Buffer.from(step.send, 'base64'))
        await sleep(0)
      } else if ('wait' in step) await this.#extended()
      else {
        const id = this.#names?.get(step.extended) ?? step.otherwise
        this.#say(frame(Buffer.concat([Buffer.from([20, id]), Buffer.from(step.body, 'base64')])))
      }
    }
    // whoever goes before it was heard has said nothing: a reset takes back what was not read
    const end = performance.now() + heardWithinMs
    while (!this.#shaken && !this.#socket.destroyed && !this.#socket.readableEnded && performance.now() < end)
      await sleep(3)
    await closedWithin(this.#socket, lastMs)
  }

  #say(bytes: Buffer): void {
    this.#write(this.#encrypt === null ? bytes : this.#encrypt.apply(bytes))
  }

  #write(bytes: Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes)
  }

  /** The first bytes of the other end; null when it hangs up or says too little. */
  async #gather(length: number): Promise<Buffer | null> {
    const parts: Buffer[] = []
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), 1000)
      const take = (chunk: Buffer) => {
        parts.push(chunk)
        if (Buffer.concat(parts).length < length) return
        clearTimeout(timer)
        this.#socket.off('data', take)
        resolve(Buffer.concat(parts).subarray(0, length))
      }
      this.#socket.on('data', take)
      this.#socket.once('close', () => resolve(null))
    })
  }

  async #extended(): Promise<void> {
    const end = performance.now() + 300
    while (this.#names === null && performance.now() < end && !this.#socket.destroyed) await sleep(2)
  }

  #heard(chunk: Buffer): void {
    this.#left = Buffer.concat([this.#left, chunk])
    if (!this.#shaken) {
      if (this.#left.length < 68) return
      this.#left = this.#left.subarray(68)
      this.#shaken = true
    }
    while (this.#left.length >= 4) {
      const length = this.#left.readUInt32BE(0)
      if (this.#left.length < 4 + length) return
      const body = this.#left.subarray(4, 4 + length)
      this.#left = this.#left.subarray(4 + length)
      if (body[0] === 6 && body.length === 13) this.#requested(body)
      if (body[0] === 20 && body.length > 1) this.#heardExtended(body[1]!, body.subarray(2))
    }
  }

  #requested(body: Buffer): void {
    const answer = this.#answers.block
    if (answer === undefined) return
    const head = Buffer.from(body)
    head[0] = answer.reject ? 16 : 7
    head.writeUInt32BE((body.readUInt32BE(1) + answer.pieceBy) >>> 0, 1)
    head.writeUInt32BE((body.readUInt32BE(5) + answer.offsetBy) >>> 0, 5)
    const reply = answer.reject ? head : Buffer.concat([head.subarray(0, 9), Buffer.alloc(answer.length, 7)])
    for (let left = answer.times; left > 0; left--) this.#say(frame(reply))
  }

  #heardExtended(id: number, body: Buffer): void {
    if (id === 0) {
      this.#names = namesOf(body)
      return
    }
    const bodies = this.#answers.metadata
    if (bodies === undefined || bodies.length === 0) return
    const next = bodies[this.#metadata++ % bodies.length]!
    if (this.#metadata > 40) return
    const to = this.#names?.get('ut_metadata') ?? 1
    this.#say(frame(Buffer.concat([Buffer.from([20, to]), Buffer.from(next, 'base64')])))
  }
}

function namesOf(body: Uint8Array): Map<string, number> {
  const names = new Map<string, number>()
  const told = bdecode(body, { form: 'loose' })
  const entries = (told instanceof BDict && told.dict('m')?.entries) || []
  for (const { key, value } of entries) if (typeof value === 'number') names.set(key, value)
  return names
}
