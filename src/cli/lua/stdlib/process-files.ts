import type { ChildProcess, StdioOptions } from 'node:child_process'
import fs from 'node:fs'
import { shellChild } from '../../children.ts'
import { stdioOfChild } from '../../descriptors.ts'
import type { State } from '../vm/c-api.ts'
import { LuaError } from '../vm/errors.ts'
import type { Lua } from '../vm/lua.ts'
import { Descriptor } from './descriptor.ts'
import { failureCode, SystemError } from './errno.ts'
import type { OpenFile } from './files.ts'
import type { Opener } from './open.ts'
import { Pipes } from './pipe.ts'
import { type ExitStatus, exitStatus, pushExitStatus } from './results.ts'
import { Stream } from './stream.ts'
import { Backoff } from './wait.ts'

/** The files of `io.popen`: a shell command at the other end of a pipe. */
export class ProcessFiles {
  readonly #lua: Lua
  readonly #opener: Opener
  readonly #env: NodeJS.ProcessEnv
  readonly #pipes = new Pipes()

  constructor(lua: Lua, opener: Opener, env: NodeJS.ProcessEnv) {
    this.#lua = lua
    this.#opener = opener
    this.#env = env
  }

  /** Starts a command: 'r' reads its stdout, 'w' writes to its stdin. Throws the errors of node:fs. */
  open(L: State, command: string, mode: 'r' | 'w'): OpenFile {
    if (process.platform !== 'linux') throw new LuaError("'popen' not supported")
    const ends = this.#opener.retry(L, () => this.#pipes.create())
    const [ours, theirs] = mode === 'r' ? [ends.read, ends.write] : [ends.write, ends.read]
    let child: ShellChild
    try {
      child = new ShellChild(command, stdioOfChild(mode === 'r' ? [0, theirs, 2] : [theirs, 1, 2]), this.#env)
    } catch (error) {
      fs.closeSync(ours)
      throw error
    } finally {
      fs.closeSync(theirs)
    }
    const stream = new Stream(this.#lua.raw, new Descriptor(ours), {
      readable: mode === 'r',
      writable: mode === 'w',
    })
    if (mode === 'r') stream.beforeRead = this.#opener.beforeWait
    return {
      stream,
      close: (S) => {
        // pclose waits for the command even when the last bytes could not be written, and gives its status.
        try {
          stream.close()
        } catch (error) {
          if (failureCode(error) !== 'EPIPE') throw error
        } finally {
          this.#opener.beforeWait?.()
          child.wait()
        }
        return pushExitStatus(this.#lua, S, child.wait())
      },
    }
  }

  close(): void {
    this.#pipes.close()
  }
}

/**
 * A child whose end can be awaited without the event loop.
 *
 * The kernel keeps a process that has ended as a zombie until its parent asks for its status, which libuv does from
 * the event loop only. So while no event loop turns, /proc/PID/stat tells that it has ended and how; if the loop
 * has turned, Node has the status.
 */
class ShellChild {
  readonly #child: ChildProcess
  readonly #pid: number
  #status: ExitStatus | undefined

  constructor(command: string, stdio: StdioOptions, env: NodeJS.ProcessEnv) {
    const { spawn } = process.getBuiltinModule('node:child_process')
    const child = shellChild(command, env)
    this.#child = spawn(child.file, child.args, { stdio, env: child.env })
    // Node reports a failed start later; it shows here as a missing process id.
    this.#child.on('error', () => {})
    if (this.#child.pid === undefined) throw new SystemError('EAGAIN', 11)
    this.#pid = this.#child.pid
    this.#child.unref()
    this.#child.once('exit', (code, signal) => {
      this.#status ??= exitStatus(code, signal)
    })
  }

  wait(): ExitStatus {
    const backoff = new Backoff()
    for (;;) {
      this.#status ??= zombieStatus(this.#pid)
      if (this.#status !== undefined) return this.#status
      backoff.wait()
    }
  }
}

/** How a process ended that nobody has waited for yet (proc(5), fields 3 and 52); undefined while it runs. */
function zombieStatus(pid: number): ExitStatus | undefined {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The name in parentheses can hold anything, also spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] !== 'Z') return undefined
  const status = Number(fields[49])
  const signal = status & 0x7f
  return signal === 0 ? { what: 'exit', code: (status >> 8) & 0xff } : { what: 'signal', code: signal }
}
