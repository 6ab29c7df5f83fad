import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import type { Heard } from './heard-ring.ts'
import { launchHost } from './host-launch.ts'
import { deadlineOf, startMs } from './host-times.ts'
import type { HostEvent, HostMessage, HostMethods } from './protocol.ts'
import { RingFile } from './ring-file.ts'

interface Pending {
  resolve: (result: unknown) => void
  reject: (error: Error) => void
  timer: NodeJS.Timeout | undefined
}

export interface HostProcessHooks {
  event: (event: HostEvent) => void
  /** A line of the host's standard output or standard error. */
  line: (line: string) => void
  /** It is gone; every pending call has been rejected. Called once, and never before the constructor has returned. */
  exit: (end: HostEnd) => void
}

export interface HostEnd {
  reason: string
  /** It ended by itself or hung; false when somebody sent it a signal, or when it never began. */
  crashed: boolean
  /** Whom it heard last, the newest first. */
  heard: Heard[]
}

/** Signals that a process gets for what it did itself. */
const ownSignals = new Set<NodeJS.Signals | null>([
  'SIGABRT',
  'SIGSEGV',
  'SIGBUS',
  'SIGILL',
  'SIGFPE',
  'SIGTRAP',
])

/** After its end its last words may still be on their way, ms. */
const lastWordsMs = 250
/** A process that waits for a disk that is gone does not even end by force: it is given up after this, ms. */
const killMs = 2000

/** One host: a child process, the calls that wait for its answers, and what it says on its own. */
export class HostProcess {
  readonly #child: ChildProcess | null
  readonly #hooks: HostProcessHooks
  readonly #pending = new Map<number, Pending>()
  readonly #ended: Promise<void>
  readonly #end: (reason: string, crashed?: boolean) => void
  readonly #ring = RingFile.open()
  #nextId = 1
  #gone = false
  /** Why a call cannot be made. */
  #why = 'it has ended'
  /** What it died of, by its own last words. */
  #lastError = ''
  /** Why it is ended from here. */
  #sentence: string | null = null
  /** It has said something since this was last set to false. */
  heard = false

  constructor(entry: string, hooks: HostProcessHooks) {
    this.#hooks = hooks
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#ended = promise
    this.#end = (reason, crashed = false) => this.#finish(reason, crashed, resolve)
    let child: ChildProcess | null = null
    try {
      child = launchHost(entry, this.#ring?.fd ?? null)
    } catch (error) {
      this.#why = notStarted(error as Error)
      setImmediate(() => this.#end(this.#why))
    }
    this.#child = child
    if (child !== null) this.#listen(child)
  }

  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  /**
   * Calls a method of the host. Rejects with an RpcError: the host's own, that it went away, or that it did not answer in
   * time. Work on files takes as long as it takes: it ends with its host at the latest, whose heartbeat is watched.
   */
  call<M extends keyof HostMethods>(
    method: M,
    params: Parameters<HostMethods[M]>[0],
  ): Promise<ReturnType<HostMethods[M]>> {
    const child = this.#child
    if (this.#gone || !child?.connected) return Promise.reject(unavailable(this.#why))
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      const ms = deadlineOf(method)
      const timer = ms === null ? undefined : setTimeout(() => this.#overdue(id, method, ms), ms).unref()
      // somebody waits, so the daemon has something to do
      if (this.#pending.size === 0) child.channel?.ref()
      this.#pending.set(id, { resolve: resolve as (result: unknown) => void, reject, timer })
      // a failed send means that it is gone, which `exit` tells
      child.send({ id, method, params }, () => {})
    })
  }

  /** Waits for its end. */
  ended(): Promise<void> {
    return this.#ended
  }

  /** Ends it by force. `reason` is told in place of the signal. */
  kill(reason?: string): void {
    this.#sentence ??= reason ?? null
    this.#child?.kill('SIGKILL')
    setTimeout(() => this.#end(this.#how('it does not end, even by force')), killMs).unref()
  }

  #listen(child: ChildProcess): void {
    let failure: Error | null = null
    child.once('error', (error) => {
      failure = error
      // without a pid there will be no exit
      if (child.pid === undefined) this.#end(notStarted(error))
    })
    child.once('exit', (code, signal) => {
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`
      const more = failure === null ? how : `${how}, ${failure.message}`
      const crashed = ownSignals.has(signal) || (code !== null && code !== 0) || this.#sentence !== null
      const end = () => this.#end(this.#how(more), crashed)
      child.once('close', end)
      setTimeout(end, lastWordsMs)
    })
    child.on('message', (message: HostMessage) => this.#receive(message))
    for (const stream of [child.stdout, child.stderr]) {
      // without descriptors there are none, whatever the types say
      if (!stream) continue
      createInterface({ input: stream }).on('line', (line) => this.#line(line))
      // a daemon that has nothing else to do must be able to end
      ;(stream as unknown as { unref(): void }).unref()
    }
    child.unref()
    child.channel?.unref()
  }

  #line(line: string): void {
    // how Node, V8 and the shell begin what they end with
    if (/^(Uncaught )?(\w*Error\b|FATAL ERROR|sh: )/.test(line)) this.#lastError = line
    this.#hooks.line(line)
  }

  #how(exit: string): string {
    if (this.#sentence !== null) return this.#sentence
    return this.#lastError === '' ? exit : `${exit}, ${this.#lastError}`
  }

  #receive(message: HostMessage): void {
    this.heard = true
    if ('event' in message) this.#hooks.event(message)
    else if ('error' in message) this.#take(message.id)?.reject(hostError(message.error))
    else this.#take(message.id)?.resolve(message.result)
  }

  /** The call of that number, which waits no more; undefined when it was given up before. */
  #take(id: number): Pending | undefined {
    const waiting = this.#pending.get(id)
    if (waiting === undefined) return undefined
    clearTimeout(waiting.timer)
    this.#pending.delete(id)
    if (this.#pending.size === 0) this.#child?.channel?.unref()
    return waiting
  }

  #overdue(id: number, method: string, ms: number): void {
    const what = method === 'configure' ? `it has not started within ${startMs / 1000} s` : null
    const late = `no answer to ${method} within ${ms / 1000} s; the machine may be overloaded: call again later`
    this.#take(id)?.reject(unavailable(what ?? late))
    if (what !== null) this.kill(what)
  }

  #finish(reason: string, crashed: boolean, done: () => void): void {
    if (this.#gone) return
    this.#gone = true
    this.#why = reason
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(unavailable(reason))
    this.#hooks.exit({ reason, crashed, heard: this.#ring?.take() ?? [] })
    done()
  }
}

function notStarted({ message }: Error): string {
  return `it could not be started: ${message}`
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
