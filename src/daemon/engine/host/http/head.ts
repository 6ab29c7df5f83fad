/** What a server says before the body. */
export interface HttpHead {
  /** 0 when the server does not speak HTTP. */
  status: number
  /** In the server's words, "" for none. */
  reason: string
  /** Names in lower case; of several with one name the first. */
  headers: ReadonlyMap<string, string>
  /** Bytes of the body; null: until the connection ends. Does not count for a body in chunks. */
  length: number | null
  chunked: boolean
  /** Another request may follow on the same connection. */
  keepsOpen: boolean
}

/** The answer is none that HTTP/1 knows. */
export class HttpParseError extends Error {
  /** It may be one, but says more than anybody needs to say. */
  readonly tooLong: boolean

  constructor(message: string, tooLong = false) {
    super(message)
    this.tooLong = tooLong
  }
}

/** Far more than any server sends. */
const longestHead = 256 * 1024

const lineFeed = 0x0a

/**
 * Reads the head of an answer as libtorrent does, who takes much that is not quite by the book: lines that end in LF
 * alone, lengths said twice (the last counts) or beside chunks (which count), blanks before a colon, no reason. All
 * that is kept is bounded.
 */
export class HeadReader {
  #line: Buffer[] = []
  #read = 0
  #first: { status: number; reason: string; version: string } | null = null
  #headers = new Map<string, string>()
  #length: number | null = null
  #chunked = false
  #connection = ''
  #head: HttpHead | null = null

  /** null until all of it was read. */
  get head(): HttpHead | null {
    return this.#head
  }

  /** Takes what came; answers with what is left once the head is complete. Throws HttpParseError. */
  take(bytes: Buffer): Buffer {
    let at = 0
    while (this.#head === null && at < bytes.length) {
      const end = bytes.indexOf(lineFeed, at)
      const part = bytes.subarray(at, end < 0 ? bytes.length : end)
      this.#read += part.length + 1
      if (this.#read > longestHead)
        throw new HttpParseError(`its headers are longer than ${longestHead} bytes`, true)
      this.#line.push(part)
      at += part.length + 1
      if (end >= 0) this.#endLine()
    }
    return bytes.subarray(Math.min(at, bytes.length))
  }

  #endLine(): void {
    const whole = Buffer.concat(this.#line).toString('latin1')
    const line = whole.replace(/\r$/, '')
    this.#line = []
    if (this.#first === null) this.#start(whole)
    else if (line.includes(':')) this.#header(line)
    else this.#end(this.#first)
  }

  #start(line: string): void {
    if (line === '') throw new HttpParseError('it begins with an empty line')
    const [, version = '', status = '0', reason = ''] =
      /^HTTP\/(\S*)(?: +(\d*)\S*)? ?(.*?)\r?$/.exec(line) ?? []
    this.#first = { status: Number(status), reason: reason.slice(0, 200), version }
  }

  #header(line: string): void {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (!this.#headers.has(name)) this.#headers.set(name, value)
    if (name === 'content-length') {
      // its leading digits, as in C
      const length = Number(/^\+?(\d+)/.exec(value)?.[1] ?? 0)
      if (value.startsWith('-') || !Number.isSafeInteger(length))
        throw new HttpParseError(`a body of "${value.slice(0, 40)}" bytes`)
      this.#length = length
    } else if (name === 'transfer-encoding') this.#chunked = /^chunked/i.test(value)
    else if (name === 'connection') this.#connection = value.toLowerCase()
  }

  #end({ status, reason, version }: { status: number; reason: string; version: string }): void {
    if (status >= 100 && status < 200) {
      // "100 Continue": the real one follows
      this.#first = null
      this.#headers = new Map()
      return
    }
    const bodiless = status === 204 || status === 304
    this.#head = {
      status,
      reason,
      headers: this.#headers,
      length: bodiless ? 0 : this.#length,
      chunked: this.#chunked && !bodiless,
      keepsOpen: version === '1.1' && this.#connection !== 'close',
    }
  }
}
