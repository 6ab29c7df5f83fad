import { type Pointer, registryIndex } from '../vm/c-api.ts'
import { Unwind } from '../vm/errors.ts'
import type { HostFunction, Lua } from '../vm/lua.ts'
import { debugFunction } from './debug.ts'
import { type Default, DefaultFiles } from './default-files.ts'
import { Descriptor } from './descriptor.ts'
import { systemFailure } from './errno.ts'
import { FileTable, type OpenFile } from './files.ts'
import { fileMethods, ioFunctions } from './io.ts'
import { LineIterators } from './lines.ts'
import { loadFunctions } from './load.ts'
import { oldMathFunctions } from './math.ts'
import { Opener } from './open.ts'
import { osFunctions } from './os.ts'
import { installPackage } from './package.ts'
import { printFunction } from './print.ts'
import { ProcessFiles } from './process-files.ts'
import { Stream } from './stream.ts'
import { dateFunctions } from './time/date.ts'
import { Transfer } from './transfer.ts'
import { installWarnings } from './warn.ts'

/** What the standard library takes from outside. */
export interface StdlibHost {
  /** For `os.getenv`, commands, the time zone and `LUA_PATH`. */
  env: NodeJS.ProcessEnv
  /** -E: no LUA_PATH and LUA_CPATH. */
  ignoreEnvironment: boolean
  /** Folders that `require` searches first. */
  include: string[]
  /** Called by `os.exit` while the state is still whole, with the exit code; returns the one to end with. */
  beforeExit(code: number): number
}

/** A standard stream for the program's own words, in order with what the script writes. */
export interface Output {
  /** Throws Unwind when its reader has gone; other failures show in `closeAll`. */
  write(bytes: Uint8Array): void
}

/** The handle of the installed library. */
export interface Stdlib {
  readonly stdout: Output
  readonly stderr: Output
  /** Writes what stdout has buffered, before the script waits for something. Throws Unwind as `flush`. */
  settle(): void
  /** As `settle`, for what may take no time at all: not for each of many pieces of output in a row. */
  keepUp(): void
  /** Writes what stdout and all files have buffered. Throws Unwind (141) when stdout's reader has gone. */
  flush(): void
  /**
   * Writes and closes every file that is still open, for the end of the program; commands of `io.popen` are not
   * waited for (closing the state does that). Throws OutputError when stdout could not be written, Unwind as `flush`.
   * May be called again, and after an Unwind.
   */
  closeAll(): void
}

/** Output of the script was lost; the message says why. */
export class OutputError extends Error {
  constructor(reason: string) {
    super(`cannot write to standard output: ${reason}`)
    this.name = 'OutputError'
  }
}

/** What shells report of a process that wrote to a pipe without reader: 128 + SIGPIPE. */
const brokenPipe = 141

/** Replaces the parts of Lua's standard library that reach outside the VM by ones over this machine. */
export function installStdlib(lua: Lua, host: StdlibHost): Stdlib {
  const { raw, L } = lua
  const [stdin, stdout, stderr] = standardStreams(lua)
  const files = new FileTable(lua)
  const defaults = new DefaultFiles(lua, files)
  const transfer = new Transfer(lua)
  const lines = new LineIterators(lua, files, transfer)
  const opener = new Opener(lua)
  const processes = new ProcessFiles(lua, opener, host.env)
  const io = { lua, files, defaults, transfer, lines, opener, processes }

  const flush = () => files.flushAll()
  const settle = () => quietly(() => stdout.settle())
  stdin.beforeRead = settle
  opener.beforeWait = settle

  files.createMetatable(fileMethods(io))
  setFunctions(lua, 'io', ioFunctions(io))
  raw._lua_getglobal(L, lua.name('io'))
  addStandardFile('stdin', stdin, 'input')
  addStandardFile('stdout', stdout, 'output')
  addStandardFile('stderr', stderr)
  lua.pop(L, 1)
  setFunctions(lua, 'os', {
    ...osFunctions({ lua, files, opener, env: host.env, flush, beforeExit: host.beforeExit }),
    ...dateFunctions(lua, host.env),
  })
  setFunctions(lua, '_G', {
    print: printFunction(lua, transfer, stdout),
    ...loadFunctions(lua, stdin),
  })
  setFunctions(lua, 'math', oldMathFunctions(lua))
  setFunctions(lua, 'debug', { debug: debugFunction(lua, stdin, stderr) })
  installWarnings(lua, stderr)
  installPackage(lua, host)

  /** Sets a standard file as a field of the table on top of the stack, and as a default file. */
  function addStandardFile(name: string, stream: Stream, role?: Default): void {
    const file: OpenFile = {
      stream,
      standard: true,
      close: (S) => {
        lua.pushNil(S)
        lua.pushText(S, 'cannot close standard file')
        return 2
      },
    }
    files.attach(files.push(L), file)
    // Never collected before the state: its address must not come to mean another value.
    raw._lua_pushvalue(L, -1)
    raw._luaL_ref(L, registryIndex)
    if (role !== undefined) {
      raw._lua_pushvalue(L, -1)
      defaults.set(L, role)
    }
    raw._lua_setfield(L, -2, lua.name(name))
  }

  return {
    stdout: output(stdout),
    stderr: output(stderr),
    settle,
    keepUp: () => quietly(() => stdout.keepUp()),
    flush,
    closeAll: () => {
      for (const file of files.takeAll()) quietly(() => file.stream.close())
      processes.close()
      stdin.giveBack()
      try {
        stdout.flush()
      } catch (error) {
        const failure = systemFailure(error)
        stdout.discard()
        throw failure ? new OutputError(failure.message) : error
      }
    },
  }
}

function standardStreams(lua: Lua): [Stream, Stream, Stream] {
  const [input, output, error] = [0, 1, 2].map((fd) => new Descriptor(fd, { inherited: true })) as [
    Descriptor,
    Descriptor,
    Descriptor,
  ]
  const stdin = new Stream(lua.raw, input, { readable: true, writable: false })
  const onTerminal = output.kind === 'terminal'
  const stdout = new Stream(lua.raw, output, {
    readable: false,
    writable: true,
    buffering: onTerminal ? 'line' : 'full',
  })
  output.onBrokenPipe = () => {
    stdout.discard()
    throw new Unwind(brokenPipe)
  }
  // As SIGPIPE would end it: a script whose messages nobody reads would go on for ever.
  error.onBrokenPipe = () => {
    throw new Unwind(brokenPipe)
  }
  const stderr = new Stream(lua.raw, error, { readable: false, writable: true, buffering: 'no' })
  return [stdin, stdout, stderr]
}

/** Sets functions in a table that is a global. */
function setFunctions(lua: Lua, table: string, functions: Record<string, HostFunction | Pointer>): void {
  lua.raw._lua_getglobal(lua.L, lua.name(table))
  for (const [name, fn] of Object.entries(functions)) lua.setFunction(lua.L, name, fn)
  lua.pop(lua.L, 1)
}

function output(stream: Stream): Output {
  return { write: (bytes) => quietly(() => stream.writeBytes(bytes)) }
}

/** Leaves a failed system call aside: the bytes stay in the buffer, or there is nobody left to tell. */
function quietly(call: () => void): void {
  try {
    call()
  } catch (error) {
    if (systemFailure(error) === undefined) throw error
  }
}
