/**
 * A bencoded value. Integers that a double holds exactly are numbers, others bigint. Strings stay bytes, as
 * views into the decoded buffer.
 */
export type BValue = number | bigint | Uint8Array | BValue[] | BDict

/** One key of a dictionary and where its value lies in the decoded buffer. */
export interface BEntry {
  /** One character a byte (latin1), since keys may be file names in any encoding. */
  key: string
  value: BValue
  start: number
  /** One past the value's last byte. */
  end: number
}

/** A bencoded dictionary: keys in the order of the bytes, doubles included. */
export class BDict {
  readonly entries: BEntry[] = []
  /** Where the dictionary itself lies in the decoded buffer; `end` is one past its last byte. */
  readonly start: number
  end: number

  constructor(start = 0) {
    this.start = start
    this.end = start
  }

  /** The first entry of that key, as libtorrent reads doubles. */
  entry(key: string): BEntry | undefined {
    return this.entries.find((entry) => entry.key === key)
  }

  get(key: string): BValue | undefined {
    return this.entry(key)?.value
  }

  /** The value if it is a string; undefined when it is absent or of another type, like the three below. */
  bytes(key: string): Uint8Array | undefined {
    const value = this.get(key)
    return value instanceof Uint8Array ? value : undefined
  }

  integer(key: string): number | bigint | undefined {
    const value = this.get(key)
    return typeof value === 'number' || typeof value === 'bigint' ? value : undefined
  }

  list(key: string): BValue[] | undefined {
    const value = this.get(key)
    return Array.isArray(value) ? value : undefined
  }

  dict(key: string): BDict | undefined {
    const value = this.get(key)
    return value instanceof BDict ? value : undefined
  }
}
