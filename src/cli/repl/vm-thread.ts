/**
 * The thread that runs the VM while another one owns the terminal: a busy VM keeps its thread from hearing a Ctrl-C,
 * and a cell that both threads share is the one thing that it can look at.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { completions } from '../lua/completion.ts'
import type { Input } from '../lua/repl.ts'
import { LuaError } from '../lua/vm/errors.ts'
import { runLua } from '../run.ts'
import type { FromTerminal, FromVm, Start } from './messages.ts'

const port = parentPort
if (port === null) throw new Error('this file is the start of a worker thread')
const { options, argv, interrupt } = workerData as Start
const cell = new Int32Array(interrupt)
let answer: ((input: Input) => void) | undefined

const post = (message: FromVm) => port.postMessage(message)

/** Throws when there was a Ctrl-C since the last time. */
function watch(): void {
  if (Atomics.exchange(cell, 0, 0) !== 0) throw new LuaError('interrupted!')
}

function wait(ms: number): void {
  Atomics.wait(cell, 0, 0, ms)
  watch()
}

const exitCode = await runLua(options, argv, {
  watch,
  wait,
  terminal: (runtime) => {
    port.on('message', (message: FromTerminal) => {
      if (message.type === 'complete') {
        post({ type: 'completions', id: message.id, names: completions(runtime.lua, message.text) })
      } else if (message.type === 'line') answer?.({ line: Buffer.from(message.line) })
      else answer?.(message.type)
    })
    return {
      read: (prompt) => {
        runtime.stdlib.flush()
        return new Promise((resolve) => {
          answer = (input) => {
            answer = undefined
            // A Ctrl-C that nothing was there to hear belongs to what is over.
            Atomics.store(cell, 0, 0)
            resolve(input)
          }
          post({ type: 'read', prompt: Buffer.from(prompt).toString() })
        })
      },
    }
  },
})
port.removeAllListeners('message')
post({ type: 'done', exitCode })
