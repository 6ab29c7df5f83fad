const newline = 0x0a
const carriageReturn = 0x0d
const nothing = Buffer.alloc(0)

/** What a LineReader tells. Called in the order of the lines, from inside `push` and `end`. */
export interface LineEvents {
  /** One line without its end; the bytes may share memory with the chunk they came in. Never empty. */
  line(bytes: Buffer): void
  /** A line grew past the limit: it is skipped up to the next newline. Called once for it, as soon as it is known. */
  tooLong(): void
}

/**
 * Cuts a stream of bytes into lines that end in \n or \r\n. Empty lines are skipped.
 *
 * What has come of an unfinished line is kept in one buffer that doubles, so a long line costs time in proportion to
 * its length and a client that sends single bytes costs no object for each. A line past the limit is not kept at all.
 */
export class LineReader {
  readonly #maxBytes: number
  readonly #events: LineEvents
  #kept: Buffer = nothing
  #length = 0
  #skipping = false

  constructor(maxBytes: number, events: LineEvents) {
    this.#maxBytes = maxBytes
    this.#events = events
  }

  /** Takes the next bytes of the stream. */
  push(chunk: Buffer): void {
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      this.#finish(chunk.subarray(start, end))
      start = end + 1
    }
    if (start < chunk.length) this.#keep(start === 0 ? chunk : chunk.subarray(start))
  }

  /** The stream has ended: a last line without a newline counts as a line. */
  end(): void {
    if (this.#skipping || this.#length > 0) this.#finish(nothing)
  }

  #finish(rest: Buffer): void {
    if (this.#skipping) {
      this.#skipping = false
      return
    }
    const total = this.#length + rest.length
    if (total > this.#maxBytes) {
      this.#forget()
      this.#events.tooLong()
      return
    }
    let line = rest
    if (this.#length > 0) {
      this.#append(rest)
      line = this.#kept.subarray(0, this.#length)
      this.#forget()
    }
    if (line.at(-1) === carriageReturn) line = line.subarray(0, -1)
    if (line.length > 0) this.#events.line(line)
  }

  #keep(part: Buffer): void {
    if (this.#skipping) return
    if (this.#length + part.length > this.#maxBytes) {
      this.#forget()
      this.#skipping = true
      this.#events.tooLong()
      return
    }
    this.#append(part)
  }

  #append(part: Buffer): void {
    const needed = this.#length + part.length
    if (needed > this.#kept.length) {
      const capacity = Math.min(this.#maxBytes, Math.max(needed, this.#kept.length * 2))
      const larger = Buffer.allocUnsafeSlow(capacity)
      this.#kept.copy(larger, 0, 0, this.#length)
      this.#kept = larger
    }
    part.copy(this.#kept, this.#length)
    this.#length = needed
  }

  #forget(): void {
    this.#kept = nothing
    this.#length = 0
  }
}
