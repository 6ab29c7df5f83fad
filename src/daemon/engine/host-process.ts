import { type ChildProcess, fork } from 'node:child_process'
import { getCompileCacheDir } from 'node:module'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import type { HostEvent, HostMessage, HostMethods } from './protocol.ts'

interface Pending {
  resolve: (result: unknown) => void
  reject: (error: Error) => void
}

export interface HostProcessHooks {
  event: (event: HostEvent) => void
  /** A line of the host's standard output or standard error. */
  line: (line: string) => void
  /** It is gone; every pending call has been rejected. Called once. */
  exit: (reason: string) => void
}

/** Where the host's program is: beside this file in the source, beside `dist/daemon.js` in the package. */
export function hostEntryFor(moduleUrl: string): string {
  const name = moduleUrl.endsWith('.ts') ? './host/main.ts' : './engine-host.js'
  return fileURLToPath(new URL(name, moduleUrl))
}

/** One host: a child process, the calls that wait for its answers, and what it says on its own. */
export class HostProcess {
  readonly #child: ChildProcess
  readonly #hooks: HostProcessHooks
  readonly #pending = new Map<number, Pending>()
  readonly #ended: Promise<void>
  #nextId = 1
  #gone = false

  constructor(entry: string, hooks: HostProcessHooks) {
    this.#hooks = hooks
    this.#child = fork(entry, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // nothing of ours: an inspector's port, say, is taken already
      execArgv: [],
      env: {
        ...process.env,
        ...compileCache(),
        NODE_OPTIONS: withoutInspector(),
        UV_THREADPOOL_SIZE: threads(),
        // libuv hands file writes to the kernel then in this very thread, which copies them: 1 MiB held up the event loop
        // for 0.2 to 0.8 ms, in a thread of the pool for 0.03
        UV_USE_IO_URING: '0',
      },
    })
    let failure: Error | null = null
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        failure = error
        // without a pid there will be no exit
        if (this.#child.pid === undefined) this.#end(`it could not be started: ${error.message}`, resolve)
      })
      this.#child.once('exit', (code, signal) => {
        const how = signal === null ? `exit code ${code}` : `signal ${signal}`
        this.#end(failure === null ? how : `${how}, ${failure.message}`, resolve)
      })
    })
    this.#child.on('message', (message: HostMessage) => this.#receive(message))
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue
      createInterface({ input: stream }).on('line', hooks.line)
      // a daemon that has nothing else to do must be able to end
      ;(stream as unknown as { unref(): void }).unref()
    }
    this.#child.unref()
    this.#child.channel?.unref()
  }

  get pid(): number | null {
    return this.#child.pid ?? null
  }

  /** Calls a method of the host. Rejects with an RpcError: the host's own, or that it went away. */
  call<M extends keyof HostMethods>(
    method: M,
    params: Parameters<HostMethods[M]>[0],
  ): Promise<ReturnType<HostMethods[M]>> {
    if (this.#gone || !this.#child.connected) return Promise.reject(unavailable('it has ended'))
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      // somebody waits, so the daemon has something to do
      if (this.#pending.size === 0) this.#child.channel?.ref()
      this.#pending.set(id, { resolve: resolve as (result: unknown) => void, reject })
      // a failed send means that it is gone, which `exit` tells
      this.#child.send({ id, method, params }, () => {})
    })
  }

  /** Waits for its end. */
  ended(): Promise<void> {
    return this.#ended
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #receive(message: HostMessage): void {
    if ('event' in message) {
      this.#hooks.event(message)
      return
    }
    const waiting = this.#pending.get(message.id)
    if (waiting === undefined) return
    this.#pending.delete(message.id)
    if (this.#pending.size === 0) this.#child.channel?.unref()
    if ('error' in message) waiting.reject(hostError(message.error))
    else waiting.resolve(message.result)
  }

  #end(reason: string, done: () => void): void {
    if (this.#gone) return
    this.#gone = true
    for (const waiting of this.#pending.values()) waiting.reject(unavailable(reason))
    this.#pending.clear()
    this.#hooks.exit(reason)
    done()
  }
}

export function unavailable(reason: string): RpcError {
  return new RpcError(ErrorCode.EngineUnavailable, `the engine host is not available: ${reason}`)
}

/** Codes of the host's own errors; those of MetainfoError are its kinds. */
const errorCodes: Record<string, number> = {
  invalid: ErrorCode.InvalidTorrent,
  unsupported: ErrorCode.UnsupportedTorrent,
  address: ErrorCode.InvalidValue,
  unloaded: ErrorCode.InvalidTorrentHandle,
}

function hostError({ message, code, path }: { message: string; code?: string; path?: string }): RpcError {
  if (path !== undefined) return new RpcError(ErrorCode.FileSystem, message, { path, errno: code })
  return new RpcError(errorCodes[code ?? ''] ?? ErrorCode.InternalError, message)
}

/** The host keeps its compiled code where the daemon does: compiling the engine takes a third of its start. */
function compileCache(): { NODE_COMPILE_CACHE?: string } {
  const folder = getCompileCacheDir()
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder }
}

function withoutInspector(): string {
  const options = process.env.NODE_OPTIONS?.split(/\s+/) ?? []
  return options.filter((option) => !/^--(inspect|debug)/.test(option)).join(' ')
}

/** File work and hashing share libuv's threads, of which there are four: too few to hash on many cores. */
function threads(): string {
  return String(Math.min(64, Math.max(4, availableParallelism() + 4)))
}
