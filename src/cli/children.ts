import { foreignVariables } from './exact-words.ts'
import { encodeExact } from './lua/vm/byte-text.ts'
import { hangupIgnored } from './signals.ts'

/** How a child is started: what node:child_process takes. */
export interface ChildCommand {
  file: string
  args: string[]
  env: NodeJS.ProcessEnv
}

/** A command for the shell, as system(3) and popen(3) run it. `command` is text as `decodeExact` gives it. */
export function shellChild(command: string, env: NodeJS.ProcessEnv): ChildCommand {
  const foreign = foreignIn(env)
  if (command.isWellFormed() && foreign.length === 0) {
    return { file: '/bin/sh', args: ['-c', hangupIgnored() ? `trap '' HUP; ${command}` : command], env }
  }
  return throughShell(['/bin/sh', '-c', command], env, foreign)
}

/** A program by its path and arguments, texts as `decodeExact` gives them. */
export function programChild(file: string, args: string[], env: NodeJS.ProcessEnv): ChildCommand {
  const foreign = foreignIn(env)
  const isText = [file, ...args].every((word) => word.isWellFormed())
  if (isText && foreign.length === 0 && !hangupIgnored()) return { file, args, env }
  return throughShell([file, ...args], env, foreign)
}

/** Variables that Node would spoil, as `name=value`; only those that are still as this process got them. */
function foreignIn(env: NodeJS.ProcessEnv): string[] {
  if (!Object.entries(env).some(([name, value]) => name.includes('\ufffd') || value?.includes('\ufffd')))
    return []
  return [...foreignVariables()].map(([name, value]) => `${name}=${value}`)
}

/**
 * Node takes UTF-8 alone, and resets signals that are ignored. A shell makes up for both: it writes the bytes by
 * printf's octal escapes (with an `x` behind them, since `$(...)` takes newlines away), sets the variables with env(1)
 * and becomes the program.
 */
function throughShell(words: string[], env: NodeJS.ProcessEnv, foreign: string[]): ChildCommand {
  const all = foreign.length > 0 ? ['env', ...foreign, ...words] : words
  const lines = all.map((word, i) => `w${i}=$(printf '${octal(`${word}x`)}')`)
  const exec = `exec ${all.map((_, i) => `"\${w${i}%x}"`).join(' ')}`
  if (hangupIgnored()) lines.unshift("trap '' HUP")
  const kept = Object.entries(env).filter(([name]) => !name.includes('\ufffd'))
  return { file: '/bin/sh', args: ['-c', [...lines, exec].join('\n')], env: Object.fromEntries(kept) }
}

/** Plain letters stay, everything else becomes `\ooo`. */
function octal(word: string): string {
  return encodeExact(word)
    .toString('latin1')
    .replace(/[^\w./=]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
}
