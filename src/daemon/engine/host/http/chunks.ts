import { HttpParseError } from './head.ts'

const lineFeed = 0x0a
/** A length with what may be said behind it; and what may be said after the last one. */
const longestLine = 8192
const longestTrailer = 64 * 1024

/** Takes a body in chunks (RFC 9112, 7.1) apart as it comes. */
export class ChunkReader {
  #state: 'length' | 'bytes' | 'trailer' | 'over' = 'length'
  /** Bytes of this chunk that are to come. */
  #left = 0
  #line = ''
  #trailer = 0
  #surplus = false

  /** The last chunk was read. */
  get over(): boolean {
    return this.#state === 'over'
  }

  /** Something came behind the last chunk. */
  get surplus(): boolean {
    return this.#surplus
  }

  /** The bytes of the body in what came. Throws HttpParseError. */
  take(bytes: Buffer): Buffer[] {
    const body: Buffer[] = []
    let at = 0
    while (at < bytes.length && this.#state !== 'over') {
      if (this.#state === 'bytes') {
        const part = bytes.subarray(at, at + this.#left)
        body.push(part)
        at += part.length
        this.#left -= part.length
        if (this.#left === 0) this.#state = 'length'
        continue
      }
      const end = bytes.indexOf(lineFeed, at)
      const stop = end < 0 ? bytes.length : end
      this.#line += bytes.toString('latin1', at, Math.min(stop, at + longestLine + 1))
      if (this.#line.length > longestLine) throw new HttpParseError('a line between chunks is too long')
      at = stop + 1
      if (end >= 0) this.#endLine()
    }
    this.#surplus ||= at < bytes.length
    return body
  }

  #endLine(): void {
    const line = this.#line.replace(/\r$/, '')
    this.#line = ''
    if (this.#state === 'trailer') {
      this.#trailer += line.length
      if (this.#trailer > longestTrailer) throw new HttpParseError('what follows the last chunk is too long')
      if (!line.includes(':')) this.#state = 'over'
      return
    }
    // the end of the chunk before
    if (line === '') return
    const length = /^([0-9a-f]{1,12})\s*(?:;|$)/i.exec(line)?.[1]
    if (length === undefined) throw new HttpParseError(`"${line.slice(0, 40)}" is no length of a chunk`)
    this.#left = Number.parseInt(length, 16)
    this.#state = this.#left === 0 ? 'trailer' : 'bytes'
  }
}
