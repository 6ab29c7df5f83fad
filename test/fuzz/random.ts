/** Whole numbers that parsers get wrong. */
const edges = [
  0,
  1,
  2,
  7,
  8,
  19,
  20,
  21,
  255,
  256,
  16_383,
  16_384,
  16_385,
  65_535,
  65_536,
  131_072,
  131_073,
  2 ** 20,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  Number.MAX_SAFE_INTEGER,
]

/** A source of choices, the same for the same seed (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** The generator of one try: it depends on the campaign's seed, the target and the try's number, on nothing else. */
  static of(seed: number, name: string, index: number): Random {
    let hash = seed
    for (const char of name) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193)
    return new Random(Math.imul(hash, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b))
  }

  /** A whole number from 0 up to `below`. */
  next(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.next(times) === 0
  }

  one<T>(from: readonly T[]): T {
    return from[this.next(from.length)]!
  }

  /** As many as a number from `least` to `most`. */
  list<T>(least: number, most: number, make: (index: number) => T): T[] {
    return Array.from({ length: least + this.next(most - least + 1) }, (_, index) => make(index))
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    for (let at = 0; at < length; at++) bytes[at] = this.next(256)
    return bytes
  }

  /** A number at an edge of some type, one beside it, or any; never negative. */
  edge(): number {
    if (this.once(4)) return this.next(2 ** 31)
    return Math.max(0, this.one(edges) + this.next(3) - 1)
  }

  /** As `edge`, as 32 bits without a sign. */
  edge32(): number {
    return this.edge() % 2 ** 32
  }

  /** Text that somebody wrote to be awkward. */
  text(): string {
    const piece = () =>
      this.one([
        'a',
        ' ',
        '..',
        '/',
        '\0',
        '\n',
        '\r\n',
        '"',
        "'",
        '\\',
        '%',
        'ü',
        '\u202e',
        '😀',
        '\x1b[2J',
        '{}',
        '[]',
        '__proto__',
        'constructor',
        '0',
        '-1',
        'é',
        '\ud800',
      ])
    return this.list(0, this.once(20) ? 3000 : 6, piece).join('')
  }
}
