import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Api } from '../api/api.ts'
import type { ApiModule } from '../api/describe.ts'
import { type FieldReaders, readFields, readText } from '../api/values.ts'
import { Callback } from '../loop/callback.ts'
import type { Alive } from '../loop/loop.ts'
import { LuaError, WrongValue } from '../vm/errors.ts'
import type { Lua } from '../vm/lua.ts'
import { LuaType, type State } from '../vm/raw.ts'

interface RequestOptions {
  url: URL
  method: string
  headers: [string, string][]
  body: Uint8Array
  callback: Callback
  timeout: number
}

const readers: FieldReaders<RequestOptions> = {
  url: readUrl,
  method: readText,
  headers: readHeaders,
  body: readBytes,
  callback: Callback.read,
  timeout: (lua, L, idx) => {
    if (lua.type(L, idx) !== LuaType.number)
      throw new WrongValue(`number expected, got ${lua.typeName(L, idx)}`)
    const seconds = lua.raw._lua_tonumberx(L, idx, 0)
    if (!(seconds > 0 && seconds <= 0x7fffffff / 1000))
      throw new WrongValue(`seconds above 0 expected, got ${seconds}`)
    return seconds
  },
}

function readUrl(lua: Lua, L: State, idx: number): URL {
  const text = readText(lua, L, idx)
  if (!URL.canParse(text)) throw new WrongValue(`'${text}' is no URL; it begins with http:// or https://`)
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new WrongValue(`'${text}' is neither http:// nor https://`)
  }
  return url
}

function readBytes(lua: Lua, L: State, idx: number): Uint8Array {
  if (lua.type(L, idx) !== LuaType.string)
    throw new WrongValue(`string expected, got ${lua.typeName(L, idx)}`)
  return lua.bytes(L, idx) as Uint8Array
}

/** Values are bytes, as RFC 9110 has them; Node takes those as latin1. */
function readHeaders(lua: Lua, L: State, idx: number): [string, string][] {
  const { raw } = lua
  if (lua.type(L, idx) !== LuaType.table) throw new WrongValue(`table expected, got ${lua.typeName(L, idx)}`)
  const headers: [string, string][] = []
  const table = raw._lua_absindex(L, idx)
  raw._luaL_checkstack(L, 4, 0)
  raw._lua_pushnil(L)
  while (raw._lua_next(L, table)) {
    const [name, value] = [lua.type(L, -2), lua.type(L, -1)]
    if (name !== LuaType.string || value !== LuaType.string) {
      throw new WrongValue(
        `names and values that are strings expected, got ${lua.typeName(L, -1)} at [${lua.display(L, -2)}]`,
      )
    }
    headers.push([lua.text(L, -2) as string, Buffer.from(lua.view(L, -1) as Uint8Array).toString('latin1')])
    lua.pop(L, 1)
  }
  return headers
}

/** One request until its answer is complete. Each has a connection of its own, which ends with it. */
class Request implements Alive {
  readonly #api: Api
  readonly #url: URL
  readonly #callback: Callback | undefined
  readonly #request: ClientRequest
  #response: IncomingMessage | undefined
  #chunks: Buffer[] = []
  #answered = false
  #settled = false

  /** Throws LuaError for a method or header that cannot be sent. */
  constructor(
    api: Api,
    { url, method, headers, body, callback, timeout }: Partial<RequestOptions> & { url: URL },
  ) {
    this.#api = api
    this.#url = url
    this.#callback = callback
    const { request } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http')
    try {
      this.#request = request(url, {
        agent: false,
        method: (method || (body?.length ? 'POST' : 'GET')).toUpperCase(),
        headers: Object.fromEntries(headers ?? []),
        ...(timeout !== undefined && { signal: AbortSignal.timeout(timeout * 1000) }),
      })
      // Node leaves the length out for methods that seldom have a body.
      if (body?.length && !this.#request.hasHeader('transfer-encoding')) {
        this.#request.setHeader('content-length', body.length)
      }
    } catch (error) {
      throw new LuaError(`http.client.request: ${(error as Error).message}`)
    }
    this.#request.on('response', (response) => this.#receive(response))
    this.#request.on('error', (error) => this.#failed(error))
    this.#request.on('close', () => {
      // A complete answer may still be on its way here.
      if (!this.#response?.complete)
        this.#failed(new Error('the connection was closed before the answer was complete'))
    })
    this.#request.end(body)
    api.host.loop.add(this)
  }

  stop(): void {
    if (this.#settled) return
    this.#settled = true
    this.#request.destroy()
    this.#callback?.free()
    this.#api.host.loop.remove(this)
  }

  #receive(response: IncomingMessage): void {
    this.#response = response
    response.on('data', (chunk: Buffer) => this.#chunks.push(chunk))
    response.on('error', (error) => this.#failed(error))
    response.on('end', () => this.#answer(response.statusCode ?? -1, Buffer.concat(this.#chunks)))
  }

  #failed(error: Error): void {
    if (this.#settled || this.#answered) return
    const { cause, message } = error
    const why =
      cause instanceof Error && cause.name === 'TimeoutError' ? 'no complete answer in time' : message
    const { origin, pathname } = this.#url
    this.#api.host.say(`porla-lua: warning: ${this.#request.method} ${origin}${pathname}: ${why || error}\n`)
    this.#answer(-1, Buffer.alloc(0))
  }

  #answer(status: number, content: Buffer): void {
    if (this.#settled || this.#answered) return
    this.#answered = true
    const { lua } = this.#api
    const { loop } = this.#api.host
    loop.post(() => {
      if (this.#settled) return
      this.#callback?.call(loop, (S) => {
        lua.pushInteger(S, status)
        lua.pushBytes(S, content)
        return 2
      })
      this.stop()
    })
  }
}

export const modules: readonly ApiModule[] = [
  {
    name: 'http.client',
    doc: 'HTTP requests. A script with one that is not answered goes on after its last line.',
    origin: 'porla',
    members: [
      {
        kind: 'static',
        name: 'request',
        signature:
          '(options: {url: string, method?: string, headers?: table<string, string>, body?: string, ' +
          'callback?: fun(status: integer, content: string), timeout?: number})',
        doc:
          'Sends a request: `method` is GET, or POST with a `body`, unless given. `callback` gets the status and the ' +
          'bytes of the answer as they came; redirects are not followed. Without an answer it gets -1 and the empty ' +
          'string, and the reason goes to stderr. `timeout` in seconds, for all of it; there is none unless given.',
        origin: 'porla',
        call: (api, L) => {
          const options = api.argument(1, () => readFields<RequestOptions>(api.lua, L, 1, readers))
          const { url } = options
          if (!url)
            throw new LuaError(
              "http.client.request needs a url: client.request{url = 'http://...', callback = f}",
            )
          new Request(api, { ...options, url })
          return 0
        },
      },
    ],
  },
]
