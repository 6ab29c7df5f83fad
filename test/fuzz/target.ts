import type { TestDaemon } from '../helpers/daemon.ts'
import type { Random } from './random.ts'

/** What is tried: plain data, so that it can be kept as JSON and played again. Bytes are base64. */
export type Input = { [key: string]: unknown }

/** One door that strangers (or other programs) send through. */
export interface Target<I extends Input = Input> {
  /** As users name it with `--target`. */
  name: string
  /** Makes an input: the same for the same generator. */
  make(random: Random): I
  /** Sets up what inputs are played to. */
  open(): Promise<Stage<I>>
}

/** A target that is ready. */
export interface Stage<I extends Input = Input> {
  /** The daemon behind the door; absent where a parser is called in this process. */
  daemon?: TestDaemon
  /** A torrent there that runs: about this the well-behaved client asks. */
  infoHash?: string
  /** Tries at a time. */
  lanes: number
  /** Plays one input to its end. Rejects when a promise was broken: a wrong error, a slow answer, a wrong value. */
  play(input: I, lane: number): Promise<void>
  /** Facts for the report. */
  note?(): string
  close(): Promise<void>
}

/** A target among others; what it makes is played by itself alone. */
export function target<I extends Input>(one: Target<I>): Target {
  return one as unknown as Target
}

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
export const fromBase64 = (text: string): Buffer => Buffer.from(text, 'base64')
