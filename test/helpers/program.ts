import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url))
/** What `porla-lua` on the PATH would be. */
export const launcher = join(root, 'bin/porla-lua.js')

/** How a program ended. Signals read as 128 + number, as in a shell. */
export interface Outcome {
  code: number
  stdout: Buffer
  stderr: string
  /** `stdout` as text. */
  out: string
}

export interface RunOptions {
  env?: NodeJS.ProcessEnv
  cwd?: string
  /** Bytes for standard input; without them it is empty. */
  stdin?: string | Uint8Array
  /** Fails the run after so long; the program is killed then. */
  timeoutMs?: number
}

const signals: Record<string, number> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 }

/** Runs `porla-lua` with these words. */
export function porlaLua(words: string[], options: RunOptions = {}): Promise<Outcome> {
  return run(process.execPath, [launcher, ...words], options)
}

/** Runs a program to its end and collects what it prints. */
export async function run(file: string, words: string[], options: RunOptions = {}): Promise<Outcome> {
  const child = spawn(file, words, {
    env: options.env ?? process.env,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  return await finish(child, options, [file, ...words].join(' '))
}

/** Waits for a child whose three streams are pipes. */
export function finish(child: ChildProcess, options: RunOptions, what: string): Promise<Outcome> {
  const timeoutMs = options.timeoutMs ?? 30_000
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk))
    // A program that ends without reading its input is fine.
    child.stdin?.on('error', () => {})
    child.stdin?.end(options.stdin ?? '')
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`${what}: no end after ${timeoutMs} ms\n${Buffer.concat(stderr)}`))
    }, timeoutMs)
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      const bytes = Buffer.concat(stdout)
      resolve({
        code: code ?? 128 + (signals[signal as string] ?? 0),
        stdout: bytes,
        stderr: Buffer.concat(stderr).toString(),
        out: bytes.toString(),
      })
    })
  })
}
