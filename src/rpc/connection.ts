import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { AnswerLine } from './dispatcher.ts'
import { LineReader } from './framing.ts'
import { longLineBytes } from './json.ts'
import type { Peer } from './peer.ts'

/** What a connection needs from its server. */
export interface ConnectionOptions {
  maxLineBytes: number
  /** Answers one line; never rejects; null for no answer. The work starts before it returns, but for a long line. */
  answer(line: Buffer, peer: Peer): Promise<AnswerLine | null>
  /** The answer to a line past the limit. */
  tooLong(): string
  debug(message: string): void
}

const endOfLine = Buffer.from('\n')

/** Requests of one client that may be under way at the same time. */
const maxActive = 256

/**
 * One client. Lines are taken one by one and only while the client reads its answers: when it does not, its further
 * bytes stay in the kernel, so that it costs the daemon no more than its socket's buffer, one chunk and the answers
 * that are already under way.
 *
 * A client that closes its writing half still gets every answer; then this end closes too.
 */
export class Connection implements Peer {
  readonly #socket: Socket
  readonly #options: ConnectionOptions
  readonly #reader: LineReader
  #lines: (Buffer | 'too long')[] = []
  #active = 0
  /** Work in turns, of which there is one at a time. */
  #held = 0
  #pumping = false
  #ended = false
  #wake: (() => void) | null = null

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket
    this.#options = options
    this.#reader = new LineReader(options.maxLineBytes, {
      line: (bytes) => this.#lines.push(bytes),
      tooLong: () => this.#lines.push('too long'),
    })
    socket.on('data', (chunk: Buffer) => {
      this.#reader.push(chunk)
      this.#work()
    })
    socket.on('end', () => {
      this.#reader.end()
      this.#ended = true
      this.#work()
    })
    // A client that went away is no news; 'close' follows and what is under way ends unheard.
    socket.on('error', (error) => options.debug(`a client's connection broke: ${error.message}`))
    socket.on('close', () => {
      this.#lines = []
      this.#changed()
    })
  }

  /** True while a request is under way or its line waits. */
  get busy(): boolean {
    return this.#active > 0 || this.#lines.length > 0
  }

  /** Closes once what was written has gone out, at the latest after `graceMs`. Lines that wait are dropped. */
  async close(graceMs: number): Promise<void> {
    this.#lines = []
    if (this.#socket.destroyed) return
    const closed = once(this.#socket, 'close')
    const timer = setTimeout(() => this.#socket.destroy(), graceMs)
    this.#socket.end(() => this.#socket.destroy())
    await closed
    clearTimeout(timer)
  }

  get open(): boolean {
    return this.#socket.writable
  }

  notify(line: string): boolean {
    return this.#socket.writable && this.#socket.write(`${line}\n`)
  }

  drained(callback: () => void): void {
    const done = () => {
      this.#socket.off('drain', done)
      this.#socket.off('close', done)
      callback()
    }
    if (this.#socket.destroyed || !this.#socket.writableNeedDrain) setImmediate(callback)
    else this.#socket.once('drain', done).once('close', done)
  }

  hold(work: Promise<unknown>): void {
    this.#held++
    const done = () => {
      this.#held--
      this.#changed()
    }
    work.then(done, done)
  }

  closed(callback: () => void): () => void {
    if (this.#socket.closed) setImmediate(callback)
    this.#socket.once('close', callback)
    return () => void this.#socket.off('close', callback)
  }

  #work(): void {
    if (!this.#pumping) void this.#pump()
    if (this.#lines.length > 0) this.#socket.pause()
  }

  async #pump(): Promise<void> {
    this.#pumping = true
    for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
      const answered = this.#answer(line)
      // Most answers are there at once; those that take longer must not hold up the next line. Only a long line does, since
      // its requests have to start before that one's.
      const isLong = line !== 'too long' && line.length > longLineBytes
      await (isLong ? answered : Promise.race([answered, new Promise(setImmediate)]))
      while (this.#stuck()) await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    this.#pumping = false
    if (this.#socket.isPaused()) this.#socket.resume()
    this.#endWhenDone()
  }

  #stuck(): boolean {
    if (this.#socket.destroyed) return false
    return this.#held > 0 || this.#socket.writableNeedDrain || this.#active >= maxActive
  }

  async #answer(line: Buffer | 'too long'): Promise<void> {
    this.#active++
    const text = line === 'too long' ? this.#options.tooLong() : await this.#options.answer(line, this)
    this.#active--
    if (text !== null && this.#socket.writable && !this.#write(text)) {
      this.#socket.once('drain', () => this.#changed())
    }
    this.#changed()
    this.#endWhenDone()
  }

  /** The pieces of a line follow each other: nothing that is said unasked may come in between. */
  #write(line: AnswerLine): boolean {
    if (typeof line === 'string') return this.#socket.write(`${line}\n`)
    this.#socket.cork()
    for (const part of line) this.#socket.write(part)
    const goesOn = this.#socket.write(endOfLine)
    this.#socket.uncork()
    return goesOn
  }

  /** Lets the pump look again at what it waits for. */
  #changed(): void {
    this.#wake?.()
    this.#wake = null
  }

  #endWhenDone(): void {
    if (this.#ended && !this.#pumping && !this.busy) this.#socket.end()
  }
}
