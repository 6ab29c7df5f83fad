import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** A request as it came. */
export interface Request {
  jsonrpc: string
  id: number
  method: string
  params: Record<string, unknown>
}

/** Answers one request: a result, or by itself through `socket` and then `noAnswer`. */
export type Answer = (request: Request, socket: Socket) => unknown
export const noAnswer = Symbol('no answer')

export const helloResult = {
  protocol: '1.0',
  version: '0.0.0',
  pid: process.pid,
  generation: 'a',
  methods: [],
  capabilities: [],
}

/** A line of JSON-RPC. */
export const line = (message: object) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`

/**
 * A real Unix socket that speaks newline-delimited JSON-RPC, answers `hello` by itself and the rest with `answer`,
 * and keeps what it was asked.
 */
export class LineServer {
  readonly path: string
  readonly requests: Request[] = []
  connections = 0
  answer: Answer = () => null
  hello: unknown = helloResult
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined

  constructor(path: string) {
    this.path = path
  }

  /** Names of the methods that were called, `hello` left out. */
  get methods(): string[] {
    return this.requests.map(({ method }) => method).filter((method) => method !== 'hello')
  }

  listen(): Promise<void> {
    this.#server = createServer((socket) => this.#connected(socket))
    return new Promise((resolve) => this.#server?.listen(this.path, resolve))
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    return new Promise((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()))
  }

  #connected(socket: Socket): void {
    this.connections++
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    let chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => {
      let start = 0
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, start)) {
        chunks.push(chunk.subarray(start, at))
        this.#line(Buffer.concat(chunks).toString(), socket)
        chunks = []
        start = at + 1
      }
      chunks.push(chunk.subarray(start))
    })
  }

  #line(text: string, socket: Socket): void {
    const request = JSON.parse(text) as Request
    this.requests.push(request)
    try {
      const result = request.method === 'hello' ? this.hello : this.answer(request, socket)
      if (result !== noAnswer) socket.write(line({ id: request.id, result }))
    } catch (error) {
      const { code, message, data } = error as { code: number; message: string; data?: unknown }
      socket.write(line({ id: request.id, error: { code, message, data } }))
    }
  }
}

/** A server in a folder of its own; both are gone when the test ends. */
export async function lineServer(t: TestContext, listening = true): Promise<LineServer> {
  const folder = await mkdtemp(join(tmpdir(), 'porla-lua-line-'))
  const server = new LineServer(join(folder, 'socket'))
  t.after(async () => {
    await server.close()
    await rm(folder, { recursive: true, force: true })
  })
  if (listening) await server.listen()
  return server
}
