import { forTerminal } from '../../program/visible.ts'
import { writeError, writeOut } from '../output.ts'

/** Writes a result to stdout, see `writeOut`. */
export function print(text: string): void {
  writeOut(`${text}\n`)
}

/** Writes a message to stderr. */
export function say(text: string): void {
  writeError(forTerminal(`porla-lua: ${text}\n`, 2))
}
