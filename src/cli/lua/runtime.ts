import { basename } from 'node:path'
import { ExitCode } from '../../program/exit-codes.ts'
import { forTerminal } from '../../program/visible.ts'
import { Channel } from '../daemon/channel.ts'
import { whyDaemonIsSilent } from '../daemon/silent-daemon.ts'
import type { Preload } from '../options.ts'
import { installApi } from './api/index.ts'
import { type Chunk, ChunkCalls } from './chunk-calls.ts'
import { currentFolder } from './current-folder.ts'
import { EventLoop } from './loop/loop.ts'
import { Originals } from './originals.ts'
import { installPackages } from './packages/index.ts'
import { PluginHooks } from './plugin-hooks.ts'
import type { Report } from './report.ts'
import type { RuntimeOptions } from './runtime-options.ts'
import { pushArguments, setArguments } from './script-arguments.ts'
import { installStdlib, OutputError, type Stdlib } from './stdlib/index.ts'
import { encodeExact } from './vm/byte-text.ts'
import { LuaStatus, multipleResults, type Pointer, type State } from './vm/c-api.ts'
import { Lua } from './vm/lua.ts'
import { loadLua } from './vm/wasm.ts'
import { watchInstructions } from './watch.ts'

/** A VM with the standard library over the real machine and the API over the daemon's socket. */
export class Runtime {
  readonly lua: Lua
  readonly stdlib: Stdlib
  readonly channel: Channel
  /** What goes on after the chunks. */
  readonly loop: EventLoop
  readonly #hooks: PluginHooks
  readonly #program: string
  readonly #originals: Originals
  readonly #calls: ChunkCalls
  readonly #scriptArguments: Pointer
  #exitCode: number = ExitCode.ok

  static async create(options: RuntimeOptions): Promise<Runtime> {
    return new Runtime(new Lua(await loadLua()), options)
  }

  private constructor(lua: Lua, options: RuntimeOptions) {
    this.lua = lua
    this.#program = options.program
    lua.raw._luaL_openlibs(lua.L)
    this.stdlib = installStdlib(lua, {
      env: options.env,
      ignoreEnvironment: options.ignoreEnvironment,
      include: options.include,
      beforeExit: (code) => (this.destroy() ? code : code || ExitCode.error),
    })
    this.channel = new Channel({
      socketPath: options.socketPath,
      silent: (socket) => {
        const text = whyDaemonIsSilent(socket)
        if (text !== undefined) this.#tell(`${text}; waiting`)
      },
      beforeCall: () => this.stdlib.settle(),
      ...(options.startDaemon && { start: options.startDaemon }),
      ...(options.wait && { wait: options.wait }),
    })
    this.loop = new EventLoop({
      call: (push) => this.#runCallback(push),
      flush: () => this.stdlib.flush(),
      fail: (message, exitCode) => this.fail(message, exitCode),
      exit: (code) => {
        this.leave()
        process.exit(code)
      },
      check: options.watch,
    })
    const api = installApi(lua, {
      channel: this.channel,
      cwd: currentFolder,
      warn: (text) => this.#tell(`warning: ${text}`),
      host: {
        env: options.env,
        daemon: options.daemon ?? { noStart: true },
        script: options.script === undefined ? undefined : basename(options.script, '.lua'),
        loop: this.loop,
        say: (text) => this.stdlib.stderr.write(Buffer.from(text)),
        settle: () => this.stdlib.settle(),
        keepUp: () => this.stdlib.keepUp(),
      },
    })
    installPackages(api)
    this.#originals = new Originals(lua)
    this.#calls = new ChunkCalls(lua)
    this.#scriptArguments = lua.define((S) => pushArguments(lua, S))
    this.#hooks = new PluginHooks(lua, {
      run: (fn) =>
        this.#guard(() => {
          lua.raw._luaL_checkstack(lua.L, 3, 0)
          lua.raw._lua_pushcclosure(lua.L, fn, 0)
          return this.call(0, 0)
        }),
    })
    if (options.watch) watchInstructions(lua, options.watch)
  }

  /** Sets the global `arg` from the words of the command line; index 0 is the script, or the program. */
  setArguments(words: string[], script: number): void {
    setArguments(this.lua, words, script)
  }

  /** Runs a chunk. False when it failed; the error has been reported then. */
  run(chunk: Chunk): boolean {
    return this.#guard(() => {
      const status = this.load(chunk)
      return status === LuaStatus.ok ? this.call(0, multipleResults) : status
    })
  }

  /**
   * Runs a script, undefined for standard input, with what the global `arg` then holds as `...`. False when it
   * failed; the error has been reported then, with what `hint` adds to a message.
   */
  runFile(path: string | undefined, hint?: (message: string) => string): boolean {
    return this.#guard(() => {
      const { raw, L } = this.lua
      if (!this.#originals.loadFile(path)) {
        const message = this.lua.exact(L, -1)
        if (message !== undefined && hint) this.lua.pushExact(L, message + hint(message))
        return LuaStatus.errorSyntax
      }
      const base = raw._lua_gettop(L)
      raw._lua_pushcclosure(L, this.#scriptArguments, 0)
      const status = raw._lua_pcallk(L, 0, multipleResults, 0, 0, 0)
      return status === LuaStatus.ok ? this.call(raw._lua_gettop(L) - base, multipleResults) : status
    })
  }

  /** Runs a file without arguments, as `dofile`. False when it failed. */
  runInitFile(path: string): boolean {
    return this.#guard(() =>
      this.#originals.loadFile(path) ? this.call(0, multipleResults) : LuaStatus.errorSyntax,
    )
  }

  /** -l: requires a module and puts it into a global. */
  requireModule(preload: Preload & { kind: 'module' }): boolean {
    const { raw, L } = this.lua
    return this.#guard(() => {
      raw._lua_getglobal(L, this.lua.name('require'))
      this.lua.pushText(L, preload.module)
      const status = this.call(1, 1)
      if (status === LuaStatus.ok) raw._lua_setglobal(L, this.lua.name(preload.global))
      return status
    })
  }

  /** The next line of the script's own standard input, without its newline; undefined at the end. */
  readLine(): Uint8Array | undefined {
    return this.#originals.readLine()
  }

  /** Calls `porla.init()` of the script. False when it failed. */
  init(): boolean {
    return this.#hooks.init()
  }

  /** Calls `porla.destroy()` of the script, once, if its `init` was due and did not fail. False when it failed. */
  destroy(): boolean {
    return this.#hooks.destroy()
  }

  /** -W */
  enableWarnings(): boolean {
    return this.run({ code: Buffer.from('warn("@on")'), name: '=-W' })
  }

  /** `Lua 5.4`, as the VM says it. */
  get version(): string {
    const { raw, L } = this.lua
    raw._lua_getglobal(L, this.lua.name('_VERSION'))
    const version = this.lua.text(L, -1) ?? 'Lua'
    this.lua.pop(L, 1)
    return version
  }

  /**
   * Goes on after the chunks for as long as handlers, timers, requests or children are alive; not at all when something
   * has failed. Rejects with Unwind: `os.exit` in a callback, a signal, a time limit.
   */
  async turnLoop(): Promise<void> {
    if (this.#exitCode === ExitCode.ok) await this.loop.run()
  }

  /** Ends a run: `porla.destroy()`, finalizers, then everything that was written. Returns the exit code. */
  close(): number {
    this.destroy()
    this.loop.close()
    this.lua.raw._lua_close(this.lua.L)
    this.leave()
    return this.#exitCode
  }

  /** Writes out what is buffered and lets the daemon go, without a word to the script. */
  leave(): void {
    this.loop.close()
    this.channel.close()
    try {
      this.stdlib.closeAll()
    } catch (error) {
      if (!(error instanceof OutputError)) throw error
      this.fail(error.message)
    }
  }

  /** Writes a message for people to stderr. */
  #tell(message: string): void {
    this.stdlib.stderr.write(encodeExact(forTerminal(`${this.#program}: ${message}\n`, 2)))
  }

  /** Reports a failure of the run: the message on stderr, and an exit code that says so. */
  fail(message: string, exitCode: number = ExitCode.error): void {
    this.#tell(message)
    this.#exitCode ||= exitCode
  }

  /** Loads a chunk and pushes its function, or the message. Returns the status. */
  load(chunk: Chunk): number {
    return this.#calls.load(chunk)
  }

  /** Calls the function below `args` values; an error becomes what `takeReport` gives. Returns the status. */
  call(args: number, results: number): number {
    return this.#calls.call(args, results)
  }

  /** The report of the error on top of the stack, which stays there. */
  takeReport(): Report {
    return this.#calls.takeReport()
  }

  #guard(body: () => number): boolean {
    const { raw, L } = this.lua
    const top = raw._lua_gettop(L)
    const status = body()
    if (status !== LuaStatus.ok) {
      this.stdlib.flush()
      const { message, exitCode } = this.takeReport()
      this.fail(message, exitCode)
    }
    raw._lua_settop(L, top)
    if (status === LuaStatus.ok) this.loop.chunkEnded(() => this.#originals.collectGarbage())
    return status === LuaStatus.ok
  }

  /** Calls back into the script; an error is reported, and the run ends with 1. */
  #runCallback(push: (S: State) => number): void {
    const failure = this.#calls.callPushed(push)
    if (failure === undefined) return
    this.stdlib.flush()
    this.fail(failure.message)
  }
}
