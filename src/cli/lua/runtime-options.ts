import type { DaemonOptions } from '../options.ts'

/** What one run of the VM needs. */
export interface RuntimeOptions {
  /** How messages name the program, and `arg[0]` without a script. */
  program: string
  env: NodeJS.ProcessEnv
  /** -E: no LUA_INIT, LUA_PATH, LUA_CPATH. */
  ignoreEnvironment: boolean
  include: string[]
  /** Socket of the daemon, asked for at the first call. */
  socketPath: () => string
  /** Starts a daemon when none answers, synchronously; throws RpcError. undefined: forbidden. */
  startDaemon: (() => void) | undefined
  /** Options of the command line that say where configuration and state are. */
  daemon?: DaemonOptions
  /** The script's file; undefined when there is none, or when it is standard input. */
  script?: string | undefined
  /**
   * Called every few instructions while Lua code runs, which makes that code 2.5 times as slow. It ends the code by
   * throwing LuaError or Unwind.
   */
  watch?: (() => void) | undefined
  /** Waits in place of a blocking read from the daemon, at most so many milliseconds; may throw as `watch`. */
  wait?: ((ms: number) => void) | undefined
}
