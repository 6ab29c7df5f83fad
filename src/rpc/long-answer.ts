import type { Turns } from '../program/turns.ts'
import { heavy, weigh } from './weight.ts'

/** Characters that are encoded at once. */
const stretch = 64 * 1024

/** A line that would have more bytes than it may. */
export class LineTooLong extends Error {}

/** The bytes of one long line, in the pieces in which they were made. */
export class LineParts {
  readonly parts: Buffer[] = []
  readonly #most: number
  #bytes = 0
  #text = ''

  /** `most`: bytes that it may have. */
  constructor(most: number = Number.POSITIVE_INFINITY) {
    this.#most = most
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Throws LineTooLong. */
  add(text: string): void {
    this.#text += text
    if (this.#text.length >= stretch) this.flush()
  }

  /** Takes over what was made before. Throws LineTooLong. */
  addParts(parts: readonly Buffer[]): void {
    this.flush()
    for (const part of parts) this.#push(part)
  }

  /** Encodes what was added last; to be called at the end. Throws LineTooLong. */
  flush(): void {
    if (this.#text === '') return
    this.#push(Buffer.from(this.#text))
    this.#text = ''
  }

  #push(part: Buffer): void {
    this.#bytes += part.length
    if (this.#bytes > this.#most) throw new LineTooLong()
    this.parts.push(part)
  }
}

/**
 * Writes a value as JSON.stringify does, in turns: what may be half a second's work holds up nobody. The value must not
 * change meanwhile. Rejects with LineTooLong.
 */
export async function writeInTurns(value: unknown, line: LineParts, turns: Turns): Promise<void> {
  if (typeof value === 'string') await writeText(value, line, turns)
  else if (weigh(value) < heavy) line.add(JSON.stringify(value))
  else if (Array.isArray(value)) await writeList(value, line, turns)
  else await writeObject(value as Record<string, unknown>, line, turns)
}

/** Neighbours are written together as long as they are light together. */
async function writeList(list: readonly unknown[], line: LineParts, turns: Turns): Promise<void> {
  line.add('[')
  for (let from = 0; from < list.length; ) {
    let to = from
    for (let weight = 0; to < list.length; to++) {
      weight += weigh(list[to])
      if (weight >= heavy) break
    }
    if (from > 0) line.add(',')
    if (to === from) await writeInTurns(list[to++], line, turns)
    else line.add(JSON.stringify(list.slice(from, to)).slice(1, -1))
    from = to
    await turns.next()
  }
  line.add(']')
}

async function writeObject(
  object: Readonly<Record<string, unknown>>,
  line: LineParts,
  turns: Turns,
): Promise<void> {
  let before = '{'
  let weight = 0
  for (const name of Object.keys(object)) {
    const value = object[name]
    if (value === undefined) continue
    line.add(`${before}${JSON.stringify(name)}:`)
    before = ','
    const own = 1 + weigh(value)
    if (own < heavy) line.add(JSON.stringify(value))
    else await writeInTurns(value, line, turns)
    weight += own
    if (weight < heavy) continue
    weight = 0
    await turns.next()
  }
  line.add(before === '{' ? '{}' : '}')
}

/** A pair of surrogates stays together: each half alone would be escaped. */
async function writeText(text: string, line: LineParts, turns: Turns): Promise<void> {
  if (text.length <= stretch) {
    line.add(JSON.stringify(text))
    return
  }
  line.add('"')
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + stretch)
    if (to < text.length && isHighSurrogate(text.charCodeAt(to - 1))) to--
    line.add(JSON.stringify(text.slice(from, to)).slice(1, -1))
    from = to
    await turns.next()
  }
  line.add('"')
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
