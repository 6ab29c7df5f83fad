import { createInterface, type Interface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import { ExitCode } from '../../program/exit-codes.ts'
import { Failure } from '../../program/failure.ts'
import type { RunnerOptions } from '../options.ts'
import { vmThread } from '../program.ts'
import { History, historySize } from './history.ts'
import { type FromTerminal, type FromVm, interruptWanted, type Start } from './messages.ts'

/** How long the names for a completion may take. */
const completionMs = 500

/**
 * Runs a command line whose lines come from a terminal, and returns the exit code. This thread edits lines and hears
 * signals, the VM has a thread of its own: see vm-thread.ts.
 */
export async function runOnTerminal(options: RunnerOptions, argv: string[]): Promise<number> {
  const start: Start = { options, argv, interrupt: new SharedArrayBuffer(4) }
  // Node starts no thread in a folder that was removed.
  requireFolder()
  const worker = new Worker(vmThread, { workerData: start })
  const terminal = new Terminal(worker, new Int32Array(start.interrupt))
  try {
    return await terminal.done
  } finally {
    terminal.close()
    await worker.terminate()
  }
}

function requireFolder(): void {
  try {
    process.cwd()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new Failure(ExitCode.error, 'the current folder was removed; the interactive mode needs one')
  }
}

/** The terminal's side. While the VM runs, the terminal is as any program finds it: `io.read` and children use it. */
class Terminal {
  /** The exit code. Rejects with what broke the VM's thread. */
  readonly done: Promise<number>
  readonly #worker: Worker
  readonly #interrupt: Int32Array
  readonly #history = new History(process.env)
  #editor: Interface | undefined
  /** Lines that came in one go with the one that was waited for. */
  readonly #waiting: string[] = []
  #asking = false
  #completion: { id: number; take: (names: string[]) => void } | undefined
  #lastId = 0

  constructor(worker: Worker, interrupt: Int32Array) {
    this.#worker = worker
    this.#interrupt = interrupt
    this.done = new Promise((resolve, reject) => {
      worker.on('message', (message: FromVm) => {
        if (message.type === 'read') this.#read(message.prompt)
        else if (message.type === 'done') resolve(message.exitCode)
        else if (message.id === this.#completion?.id) this.#completion.take(message.names)
      })
      worker.once('error', reject)
      worker.once('exit', () => reject(new Error('the thread of the VM ended by itself')))
    })
    process.on('SIGINT', this.#onInterrupt)
  }

  close(): void {
    process.off('SIGINT', this.#onInterrupt)
    this.#editor?.close()
    process.stdin.pause()
  }

  /** A Ctrl-C while the VM runs. When the one before was not heard, the program ends by this one. */
  readonly #onInterrupt = (): void => {
    if (this.#asking) {
      this.#cancel()
      return
    }
    if (Atomics.exchange(this.#interrupt, 0, interruptWanted) === interruptWanted) {
      process.off('SIGINT', this.#onInterrupt)
      process.kill(process.pid, 'SIGINT')
    }
    Atomics.notify(this.#interrupt, 0)
  }

  #send(message: FromTerminal): void {
    this.#worker.postMessage(message)
  }

  #read(prompt: string): void {
    const line = this.#waiting.shift()
    if (line !== undefined) {
      process.stdout.write(`${prompt}${line}\n`)
      this.#send({ type: 'line', line })
      return
    }
    this.#asking = true
    this.#editor ??= this.#edit()
    process.stdin.setRawMode(true)
    this.#editor.setPrompt(prompt)
    this.#editor.prompt()
  }

  #answer(message: FromTerminal): void {
    this.#asking = false
    this.#editor?.pause()
    process.stdin.setRawMode(false)
    this.#send(message)
  }

  /** Ctrl-C in a line: away with it, and with the lines before it that it would have continued. */
  #cancel(): void {
    process.stdout.write('^C\n')
    this.#editor?.write(null, { ctrl: true, name: 'e' })
    this.#editor?.write(null, { ctrl: true, name: 'u' })
    this.#waiting.length = 0
    this.#answer({ type: 'cancelled' })
  }

  #edit(): Interface {
    const editor = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: true,
      history: [...this.#history.lines],
      historySize,
      completer: (line: string, done: (error: null, result: [string[], string]) => void) =>
        this.#complete(line, (names, text) => done(null, [names, text])),
    })
    editor.on('line', (line) => {
      this.#history.add(line)
      if (this.#asking) this.#answer({ type: 'line', line })
      else this.#waiting.push(line)
    })
    editor.on('SIGINT', () => this.#cancel())
    // Ctrl-D in an empty line, or the terminal has gone.
    editor.once('close', () => {
      this.#editor = undefined
      if (this.#asking) this.#answer({ type: 'end' })
    })
    return editor
  }

  #complete(line: string, done: (names: string[], text: string) => void): void {
    const text = /[\w.:]*$/.exec(line)?.[0] ?? ''
    if (text === '') {
      done(['\t'], '')
      return
    }
    const id = ++this.#lastId
    const give = (names: string[]): void => {
      clearTimeout(timer)
      this.#completion = undefined
      done(names, text)
    }
    const timer = setTimeout(() => give([]), completionMs)
    this.#completion = { id, take: give }
    this.#send({ type: 'complete', id, text })
  }
}
