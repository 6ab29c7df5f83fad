import { type ChildProcess, spawn } from 'node:child_process'
import type { TestContext } from 'node:test'
import { launcher } from '../../helpers/program.ts'

/** How long a program may take to say what is expected of it. */
const patienceMs = 10_000

/** A program on a real pseudo-terminal, typed at as a person would. */
export class Terminal {
  readonly #child: ChildProcess
  /** The exit code as script(1) hands it on: 128 + signal for a program that a signal ended. */
  readonly exitCode: Promise<number | null>
  #shown = ''
  #seen = 0
  #changed: () => void = () => {}

  /** Starts `porla-lua` with these words. script(1) of util-linux makes the pseudo-terminal. */
  constructor(t: TestContext, words: string[], env: NodeJS.ProcessEnv) {
    const command = [process.execPath, launcher, ...words].map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    this.#child = spawn('script', ['-qfec', `exec ${command.join(' ')}`, '/dev/null'], {
      env: { PATH: process.env.PATH, TERM: 'xterm', SHELL: '/bin/sh', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child.stdin?.on('error', () => {})
    this.#child.stdout?.on('data', (data: Buffer) => {
      this.#shown += data.toString()
      this.#changed()
    })
    this.exitCode = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('close', (code) => resolve(code))
    })
    t.after(() => {
      this.#child.kill('SIGKILL')
    })
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys)
  }

  /** Types a line and waits for what follows it. */
  async line(text: string, expected: RegExp = /\n[^\n]*> [^\n]*$/): Promise<string> {
    this.type(`${text}\r`)
    return await this.shows(expected)
  }

  /** Waits until what was shown since the last time matches; gives it. */
  async shows(expected: RegExp): Promise<string> {
    const until = performance.now() + patienceMs
    for (;;) {
      const text = this.#shown.slice(this.#seen)
      if (expected.test(text)) {
        this.#seen = this.#shown.length
        return text
      }
      const left = until - performance.now()
      if (left <= 0) throw new Error(`${expected} was not shown; instead: ${JSON.stringify(text)}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#changed = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
}
