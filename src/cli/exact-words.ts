import { readFileSync } from 'node:fs'
import { decodeExact } from './lua/vm/byte-text.ts'

/** What Node puts in the place of bytes that are not UTF-8. */
const replacement = '\ufffd'

/**
 * The words of the command line behind the program's name, as text that keeps every byte (`encodeExact`). Node reads
 * them as UTF-8 and loses what is none; /proc has them as they are.
 */
export function exactWords(words: string[]): string[] {
  if (!words.some((word) => word.includes(replacement))) return words
  const all = fieldsOf('/proc/self/cmdline')
  return words.length <= all.length ? all.slice(all.length - words.length) : words
}

/** An environment variable, likewise. */
export function exactVariable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = Object.hasOwn(env, name) ? env[name] : undefined
  if (value !== undefined && !value.includes(replacement)) return value
  if (value === undefined && name.isWellFormed()) return undefined
  return foreignVariables().get(name) ?? value
}

let foreign: Map<string, string> | undefined

/** The variables of this process whose name or value is not UTF-8, as texts that keep every byte. */
export function foreignVariables(): ReadonlyMap<string, string> {
  foreign ??= new Map(
    fieldsOf('/proc/self/environ')
      .filter((entry) => !entry.isWellFormed())
      .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  )
  return foreign
}

/** The fields of a file in /proc, each ended by a NUL; none where there is no such file. */
function fieldsOf(path: string): string[] {
  try {
    return readFileSync(path)
      .toString('latin1')
      .split('\0')
      .slice(0, -1)
      .map((field) => decodeExact(Buffer.from(field, 'latin1')))
  } catch {
    return []
  }
}
