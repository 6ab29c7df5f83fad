import { commandNames } from './commands/names.ts'
import { type Duration, parseDuration } from './duration.ts'

/** Where the daemon is, as given on the command line. */
export interface DaemonOptions {
  socket?: string
  stateDir?: string
  config?: string
  /** Forbids starting a daemon. */
  noStart: boolean
}

/** What is to run before the script, in the order given. */
export type Preload =
  | { kind: 'chunk'; code: string }
  | { kind: 'module'; global: string; module: string }
  /** -W */
  | { kind: 'warnings' }

/** A command line in the grammar of the stand-alone `lua` program. */
export interface RunnerOptions {
  mode: 'run'
  daemon: DaemonOptions
  preloads: Preload[]
  /** Script file, `-` for standard input, undefined for none. */
  script: string | undefined
  /** The script is standard input: `-`, but not behind `--`, where it is a file's name. */
  stdin: boolean
  /** What follows the script's name. */
  args: string[]
  /** How many command line words come before the script: the negative indexes of `arg`. */
  scriptIndex: number
  /** -I: folders searched by `require` first. */
  include: string[]
  interactive: boolean
  version: boolean
  ignoreEnvironment: boolean
  /** --timeout */
  timeout: Duration | undefined
  /** --lock: its name, '' for that of the script; undefined: none. */
  lock: string | undefined
  /** --lock-wait; without it a lock that is taken ends the run at once. */
  lockWait: Duration | undefined
}

/** What a command line asks for. */
export type CommandLine =
  | RunnerOptions
  | { mode: 'command'; argv: string[]; daemon: DaemonOptions }
  | { mode: 'help' }
  | { mode: 'version' }
  /** A bad option: said on stderr with the usage, exit 1, as `lua` does. */
  | { mode: 'bad'; message: string }

/** Options with a value that say where the daemon is; taken before a script as well as before a command. */
const daemonOptions = {
  '--socket': 'socket',
  '--state-dir': 'stateDir',
  '--config': 'config',
} as const satisfies Record<string, keyof DaemonOptions>

/** Long options that are spelt as others do, for the hint. */
const longOptions = [
  ...Object.keys(daemonOptions),
  '--no-start',
  '--timeout',
  '--lock',
  '--lock-wait',
  '--help',
  '--version',
]

/**
 * Reads the words after the program's name. Options end at the first word that is none; what follows belongs to
 * the script, `--help` too. `isFile` decides whether a word that is also a command's name is a script.
 */
export function parseCommandLine(argv: string[], isFile: (path: string) => boolean): CommandLine {
  const daemon: DaemonOptions = { noStart: false }
  const options: RunnerOptions = {
    mode: 'run',
    daemon,
    preloads: [],
    script: undefined,
    args: [],
    scriptIndex: argv.length,
    include: [],
    interactive: false,
    version: false,
    ignoreEnvironment: false,
    stdin: false,
    timeout: undefined,
    lock: undefined,
    lockWait: undefined,
  }
  const script = (index: number): CommandLine => {
    options.script = argv[index]
    options.args = argv.slice(index + 1)
    options.scriptIndex = index
    return checked(options)
  }

  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string
    if (word === '-') {
      options.stdin = true
      return script(i)
    }
    if (!word.startsWith('-')) {
      if (isFile(word) || word.endsWith('.lua') || !commandNames.includes(word)) return script(i)
      if (isRunner(options)) return script(i)
      return { mode: 'command', argv: argv.slice(i), daemon }
    }
    if (word === '--') {
      if (i + 1 < argv.length) return script(i + 1)
      options.scriptIndex = argv.length
      return checked(options)
    }
    if (word.startsWith('--')) {
      const [name, joined] = splitLong(word)
      if (name in daemonOptions) {
        const value = joined ?? argv[++i]
        if (value === undefined) return { mode: 'bad', message: `'${name}' needs argument` }
        daemon[daemonOptions[name as keyof typeof daemonOptions]] = value
        continue
      }
      if (name === '--timeout' || name === '--lock-wait') {
        const value = joined ?? argv[++i]
        if (value === undefined) return { mode: 'bad', message: `'${name}' needs argument` }
        const time = parseDuration(value)
        if (time === undefined) return { mode: 'bad', message: notATime(name, value) }
        if (name === '--lock-wait') options.lockWait = time
        else if (time.ms > 0) options.timeout = time
        else return { mode: 'bad', message: "'--timeout' must be longer than nothing" }
        continue
      }
      if (name === '--lock') {
        if (joined === '')
          return { mode: 'bad', message: `'--lock=' needs a name; '--lock' takes the script's` }
        options.lock = joined ?? ''
        continue
      }
      if (joined !== undefined) return unknown(word)
      if (name === '--no-start') daemon.noStart = true
      else if (name === '--help') return { mode: 'help' }
      else if (name === '--version') return { mode: 'version' }
      else return unknown(word)
      continue
    }
    const letter = word[1]
    const joined = word.slice(2)
    if (letter === 'e' || letter === 'l' || letter === 'I') {
      // As in lua.c: the value may be joined; a separate one must not look like an option.
      const value = joined !== '' ? joined : argv[++i]
      if (value === undefined || (joined === '' && value.startsWith('-')))
        return { mode: 'bad', message: `'-${letter}' needs argument` }
      if (letter === 'e') options.preloads.push({ kind: 'chunk', code: value })
      else if (letter === 'I') options.include.push(value)
      else options.preloads.push(moduleOption(value))
      continue
    }
    if (joined !== '') return unknown(word)
    if (letter === 'i') options.interactive = options.version = true
    else if (letter === 'v') options.version = true
    else if (letter === 'E') options.ignoreEnvironment = true
    else if (letter === 'W') options.preloads.push({ kind: 'warnings' })
    else if (letter === 'V') return { mode: 'version' }
    else return unknown(word)
  }
  return checked(options)
}

/** Ends the reading of a script's options: some make sense together only. */
function checked(options: RunnerOptions): CommandLine {
  if (options.lockWait === undefined || options.lock !== undefined) return options
  return {
    mode: 'bad',
    message: "'--lock-wait' waits for a lock, so '--lock' is needed too: --lock --lock-wait 10s",
  }
}

/** True when an option stood there that only scripts have: what follows is then a script, whatever its name. */
function isRunner(options: RunnerOptions): boolean {
  const { preloads, interactive, ignoreEnvironment, timeout, lock } = options
  return (
    preloads.length > 0 || interactive || ignoreEnvironment || timeout !== undefined || lock !== undefined
  )
}

function notATime(option: string, value: string): string {
  return `'${option}' takes a time such as 30s, 5m, 1h, or plain seconds, up to 24d; '${value}' is none`
}

function splitLong(word: string): [string, string | undefined] {
  const equals = word.indexOf('=')
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)]
}

/** `-l mod` and, since Lua 5.4.4, `-l g=mod`, which puts the module into another global. */
function moduleOption(value: string): Preload {
  const equals = value.indexOf('=')
  if (equals < 0) return { kind: 'module', global: value, module: value }
  return { kind: 'module', global: value.slice(0, equals), module: value.slice(equals + 1) }
}

function unknown(word: string): CommandLine {
  // `-h` is none of lua's options, and the runner's grammar is lua's.
  const near =
    word === '-h'
      ? '--help'
      : longOptions.find((option) => word.length > 3 && option.startsWith(word.slice(0, 4)))
  return { mode: 'bad', message: `unrecognized option '${word}'${near ? `; did you mean '${near}'?` : ''}` }
}

/** Nothing to run: as in lua.c, then stdin is, and neither -l nor -W change that. */
export function isBare({ script, preloads, version }: RunnerOptions): boolean {
  return script === undefined && !version && !preloads.some(({ kind }) => kind === 'chunk')
}
