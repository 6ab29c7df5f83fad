import { isUtf8 } from 'node:buffer'
import type { Turns } from '../program/turns.ts'
import { notJson, parseInTurns } from './long-line.ts'

/** A line up to this size is parsed at once: that takes a millisecond or two, whatever is in it. */
export const longLineBytes = 256 * 1024

/** Parses one line. Throws ParseError for bytes that are not UTF-8 or not JSON. */
export function parseLine(line: Buffer): unknown {
  if (!isUtf8(line)) throw notUtf8()
  try {
    return JSON.parse(line.toString('utf8'))
  } catch (error) {
    throw notJson((error as Error).message)
  }
}

/** The same of a long line, in turns; also rejects with InvalidRequest for what no method takes, see parseInTurns. */
export async function parseLong(line: Buffer, turns: Turns): Promise<unknown> {
  if (!isUtf8(line)) throw notUtf8()
  return await parseInTurns(line, turns)
}

function notUtf8() {
  return notJson('it is not valid UTF-8')
}
