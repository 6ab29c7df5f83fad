import { expandHome } from '../program/endpoint.ts'
import { ExitCode } from '../program/exit-codes.ts'
import { Failure } from '../program/failure.ts'
import { nearest } from '../program/nearest.ts'
import { version } from '../program/version.ts'
import { ErrorCode, RpcError } from '../rpc/errors.ts'
import { commandNames, daemonCommandNames } from './commands/names.ts'
import { findSocket } from './daemon/places.ts'
import { startDaemonSync } from './daemon/start-daemon.ts'
import { mayStart } from './daemon/start-policy.ts'
import { exactVariable } from './exact-words.ts'
import { endBy } from './interrupt/end-by.ts'
import { Interrupted, interruptible } from './interrupt/interruptible.ts'
import { type Lines, repl } from './lua/repl.ts'
import { Runtime } from './lua/runtime.ts'
import type { RuntimeOptions } from './lua/runtime-options.ts'
import { encodeExact } from './lua/vm/byte-text.ts'
import { Unwind } from './lua/vm/errors.ts'
import { type DaemonOptions, isBare, type Preload, type RunnerOptions } from './options.ts'

/** The program's name in messages. */
const program = 'porla-lua'

/** The path by which this program was started, as a script needs it to start it again. */
function startedBy(): string {
  const [, path = program] = process.argv
  return path
}

/** What surrounds a run whose lines a person types. */
export interface Surroundings extends Pick<RuntimeOptions, 'watch' | 'wait'> {
  /** A bare program is interactive, and this is where its lines come from; without it they come from stdin. */
  terminal?: (runtime: Runtime) => Lines
}

/** Runs what a command line in the grammar of `lua` asks for, and returns the exit code. */
export async function runLua(
  options: RunnerOptions,
  argv: string[],
  { terminal, ...surroundings }: Surroundings = {},
): Promise<number> {
  const runtime = await Runtime.create({
    program,
    env: process.env,
    ignoreEnvironment: options.ignoreEnvironment,
    include: options.include.map((folder) => expandHome(folder, process.env)),
    daemon: options.daemon,
    script: options.stdin ? undefined : options.script,
    ...(await daemonAccess(options.daemon)),
    ...surroundings,
  })
  const interactive = options.interactive || (isBare(options) && terminal !== undefined)
  // The thread behind a terminal hears of a Ctrl-C in its own way.
  const guarded = terminal ? <T>(body: () => T): T => body() : interruptible
  try {
    if (guarded(() => runScripts() && runtime.init())) {
      if (interactive) await repl(runtime, terminal?.(runtime))
      else await runtime.turnLoop()
    }
    return guarded(() => runtime.close())
  } catch (error) {
    const end = runtime.loop.signalled ? lastWords(error) : error
    if (end instanceof Interrupted) return await leaveBySignal(runtime)
    if (!(end instanceof Unwind)) throw end
    runtime.leave()
    return end.exitCode
  }

  /** `porla.destroy()` after a signal. Returns why the program leaves: `reason`, or what ended the function itself. */
  function lastWords(reason: unknown): unknown {
    try {
      guarded(() => runtime.destroy())
      return reason
    } catch (error) {
      return error
    }
  }

  /** In the order of lua.c. What fails has been reported, nothing after it runs, and the result is false. */
  function runScripts(): boolean {
    const hasScript = options.script !== undefined
    const bare = isBare(options)
    if (options.version || (bare && interactive)) runtime.stdlib.stdout.write(versionLine(runtime.version))
    runtime.setArguments([startedBy(), ...argv], hasScript ? options.scriptIndex + 1 : 0)
    if (!options.ignoreEnvironment && !runInit()) return false
    if (!options.preloads.every(runPreload)) return false
    if (hasScript) return runtime.runFile(options.stdin ? undefined : options.script, hint)
    return !bare || interactive || runtime.runFile(undefined)
  }

  function runPreload(preload: Preload): boolean {
    switch (preload.kind) {
      case 'chunk':
        return runtime.run({ code: encodeExact(preload.code), name: '=(command line)' })
      case 'module':
        return runtime.requireModule(preload)
      case 'warnings':
        return runtime.enableWarnings()
    }
  }

  /** LUA_INIT_5_4, else LUA_INIT: code, or `@file`. */
  function runInit(): boolean {
    const name = process.env.LUA_INIT_5_4 !== undefined ? 'LUA_INIT_5_4' : 'LUA_INIT'
    const init = exactVariable(process.env, name)
    if (init === undefined) return true
    if (init.startsWith('@')) return runtime.runInitFile(init.slice(1))
    return runtime.run({ code: encodeExact(init), name: `=${name}` })
  }

  /** A script that is not there may be a misspelt command. */
  function hint(message: string): string {
    const { script } = options
    if (script === undefined || message !== `cannot open ${script}: No such file or directory`) return ''
    if (daemonCommandNames.includes(script)) return ` (did you mean 'porla-lua daemon ${script}'?)`
    const near = nearest(script, commandNames)
    return near === undefined ? '' : ` (and no command has that name; did you mean 'porla-lua ${near}'?)`
  }
}

/** After a SIGINT in the middle of something: nothing of the VM may run again, but what was written is written out. */
async function leaveBySignal({ stdlib }: Runtime): Promise<number> {
  try {
    stdlib.flush()
  } catch (error) {
    // Nobody reads it.
    if (!(error instanceof Unwind)) throw error
  }
  await endBy('SIGINT')
  return ExitCode.interrupted
}

/** How a script reaches the daemon. What makes that impossible is raised at its first call, not before. */
async function daemonAccess(
  options: DaemonOptions,
): Promise<{ socketPath: () => string; startDaemon: (() => void) | undefined }> {
  let socketPath: () => string
  try {
    const path = await findSocket(options)
    socketPath = () => path
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { message, exitCode } = error
    socketPath = () => {
      throw new RpcError(ErrorCode.DaemonUnreachable, message, { exitCode })
    }
  }
  return { socketPath, startDaemon: mayStart(options) ? () => startDaemonSync(options) : undefined }
}

/** -v, one line: tools look for "Lua 5.4" at its start, and for what it runs behind its end. */
function versionLine(lua: string): Uint8Array {
  return Buffer.from(`${lua} (porla-lua ${version})  Copyright (C) 1994-2022 Lua.org, PUC-Rio\n`)
}
