import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { launcher } from '../helpers/program.ts'
import { python } from '../interop/debian.ts'

const answerWithinMs = 20_000

/** A program that answers one line of JSON with one line of JSON: porla_driver.lua or libtorrent_driver.py. */
export class Driver {
  readonly #child: ChildProcess
  readonly #waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = []
  #stderr = ''
  #ended = false

  private constructor(file: string, words: string[], env: NodeJS.ProcessEnv, cwd?: string) {
    this.#child = spawn(file, words, {
      env,
      ...(cwd !== undefined && { cwd }),
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#child.stderr!.on('data', (chunk) => {
      this.#stderr += chunk
    })
    createInterface(this.#child.stdout!).on('line', (line) => this.#take(line))
    // A request to a program that has ended is answered by its end.
    this.#child.stdin!.on('error', () => {})
    this.#child.once('close', (code) => {
      this.#ended = true
      const error = new Error(`${file} ended with ${code}\n${this.#stderr}`)
      for (const { reject } of this.#waiting.splice(0)) reject(error)
    })
  }

  /** `cwd`: where relative paths start. */
  static libtorrent(cwd?: string): Driver {
    const script = fileURLToPath(new URL('libtorrent_driver.py', import.meta.url))
    return new Driver(python, [script], { PATH: process.env.PATH }, cwd)
  }

  /** `porla-lua` with a script, against the daemon that `env` names. */
  static porlaLua(env: NodeJS.ProcessEnv, session: string, cwd: string): Driver {
    const script = fileURLToPath(new URL('porla_driver.lua', import.meta.url))
    return new Driver(process.execPath, [launcher, script, session], env, cwd)
  }

  /** The program's process. */
  get pid(): number {
    return this.#child.pid!
  }

  /** What the program said on stderr: tracebacks, warnings. */
  get stderr(): string {
    return this.#stderr
  }

  /** Asks for something; rejects with the driver's sentence when it answers with an error. */
  async request<T = unknown>(op: string, params: object = {}): Promise<T> {
    if (this.#ended) throw new Error(`${op}: the driver has ended\n${this.#stderr}`)
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.push({ resolve, reject }))
    this.#child.stdin!.write(`${JSON.stringify({ op, ...params })}\n`)
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), answerWithinMs)
    try {
      return (await answer) as T
    } finally {
      clearTimeout(timer)
    }
  }

  /** Ends the program by the end of its input, and waits until it is gone. */
  async end(): Promise<void> {
    if (this.#ended) return
    const closed = once(this.#child, 'close')
    this.#child.stdin!.end()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5000)
    await closed
    clearTimeout(timer)
  }

  #take(line: string): void {
    const waiting = this.#waiting.shift()
    const answer = JSON.parse(line) as { result?: unknown; error?: string }
    if (answer.error === undefined) waiting?.resolve(answer.result ?? null)
    else waiting?.reject(new DriverError(answer.error))
  }
}

/** The driver works, but what was asked for failed. */
export class DriverError extends Error {}
