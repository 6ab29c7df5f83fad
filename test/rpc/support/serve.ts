import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Type } from 'typebox'
import { method, nothing, object } from '../../../src/rpc/contract/method.ts'
import type { HandlersOf } from '../../../src/rpc/dispatcher.ts'
import { RpcError } from '../../../src/rpc/errors.ts'
import { LineReader } from '../../../src/rpc/framing.ts'
import { RpcServer } from '../../../src/rpc/server.ts'

const doc = 'For tests.'

/** A small contract whose handlers are real: nothing in the transport knows it from the daemon's. */
export const contract = {
  echo: method({ params: object({ text: Type.String() }), result: Type.String(), changes: false, doc }),
  'echo.later': method({
    params: object({ text: Type.String(), ms: Type.Integer() }),
    result: Type.String(),
    changes: false,
    doc,
  }),
  bytes: method({ params: object({ size: Type.Integer() }), result: Type.String(), changes: false, doc }),
  fail: method({
    params: object({ how: Type.Enum(['rpc', 'error', 'text', 'result', 'bigint']) }),
    result: nothing,
    changes: false,
    doc,
  }),
  log: method({ params: object({ text: Type.String() }), result: nothing, changes: true, doc }),
}

/** What the handlers were asked, in the order in which they started. */
export function handlers(started: string[] = []): HandlersOf<typeof contract> {
  return {
    echo: ({ text }) => {
      started.push(text)
      return text
    },
    'echo.later': async ({ text, ms }) => {
      started.push(text)
      await new Promise((resolve) => setTimeout(resolve, ms))
      return text
    },
    bytes: ({ size }) => {
      started.push('bytes')
      return 'x'.repeat(size)
    },
    fail: ({ how }) => {
      if (how === 'rpc') throw new RpcError(6, 'that value will not do', { path: 'x' })
      if (how === 'error') throw new TypeError('a defect')
      if (how === 'text') throw 'only a text'
      if (how === 'bigint') throw new RpcError(6, 'with data that is no JSON', { big: 1n })
      return 'not null' as unknown as null
    },
    log: ({ text }) => {
      started.push(text)
      return null
    },
  }
}

/** Everything that was logged, `level: message`. */
export function testLog(lines: string[] = []) {
  const log = (level: string) => (message: string) => void lines.push(`${level}: ${message}`)
  return { debug: log('debug'), warning: log('warning'), error: log('error') }
}

/** A private folder that goes with the test. */
export function privateFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'porla-lua-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** A server on a socket of its own, which ends with the test. */
export async function serve(t: TestContext) {
  const path = join(privateFolder(t), 'run', 'd.sock')
  const started: string[] = []
  const lines: string[] = []
  const server = new RpcServer({ contract, handlers: handlers(started), log: testLog(lines) })
  await server.listen(path)
  t.after(() => server.close(100))
  return { path, server, started, lines }
}

/** A client that speaks bytes. */
export class RawClient {
  readonly socket: Socket
  readonly #lines: string[] = []
  #ended = false
  #changed = () => {}

  constructor(t: TestContext, path: string) {
    this.socket = connect({ path, allowHalfOpen: true })
    t.after(() => this.socket.destroy())
    const reader = new LineReader(Number.MAX_SAFE_INTEGER, {
      line: (bytes) => this.#lines.push(bytes.toString()),
      tooLong: () => {},
    })
    this.socket.on('data', (chunk) => {
      reader.push(chunk)
      this.#changed()
    })
    for (const event of ['end', 'close', 'error']) {
      this.socket.on(event, () => {
        this.#ended = true
        this.#changed()
      })
    }
  }

  send(...messages: unknown[]): this {
    for (const message of messages) {
      this.socket.write(typeof message === 'string' ? message : `${JSON.stringify(message)}\n`)
    }
    return this
  }

  /** The next answer, undefined when the server closed without one. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
  async next(): Promise<any> {
    while (this.#lines.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
    }
    const line = this.#lines.shift()
    return line === undefined ? undefined : JSON.parse(line)
  }

  /** Every answer until the server closes. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
  async rest(): Promise<any[]> {
    const answers: unknown[] = []
    for (let answer = await this.next(); answer !== undefined; answer = await this.next())
      answers.push(answer)
    return answers
  }
}

/** A request of the test contract. */
export function request(id: unknown, name: string, params?: unknown) {
  return { jsonrpc: '2.0', id, method: name, params }
}
