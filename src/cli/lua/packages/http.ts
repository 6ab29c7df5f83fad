import { type FieldReaders, readFields } from '../api/convert.ts'
import type { Api, ApiModule } from '../api/describe.ts'
import { Callback } from '../loop/callback.ts'
import { LuaError } from '../vm/errors.ts'
import { headersClass } from './http/headers.ts'
import { hopOf, optionReaders, type RequestOptions, readUrl } from './http/options.ts'
import { type Answer, Request } from './http/request.ts'

interface Options extends RequestOptions {
  url: URL
  callback: Callback
}

const readers: FieldReaders<Options> = { ...optionReaders, url: readUrl, callback: Callback.read }

/** Calls back with what Porla gives, and more behind it. */
function answerTo(api: Api, callback: Callback | undefined, answer: Answer | Error): void {
  const { lua, host } = api
  if (answer instanceof Error) host.say(`porla-lua: warning: ${answer.message}\n`)
  callback?.call(host.loop, (L) => {
    if (answer instanceof Error) {
      lua.pushInteger(L, -1)
      lua.pushText(L, '')
      return 2
    }
    lua.pushInteger(L, answer.status)
    lua.pushBytes(L, answer.content)
    api.push(L, headersClass, answer.headers)
    lua.pushText(L, answer.url.href)
    return 4
  })
}

export const modules: readonly ApiModule[] = [
  {
    name: 'http.client',
    doc: 'HTTP requests. A script with one that is not answered goes on after its last line.',
    origin: 'porla',
    classes: [headersClass],
    members: [
      {
        kind: 'static',
        name: 'request',
        signature:
          '(options: {url: string, method?: string, headers?: table<string, string>, body?: string, ' +
          'callback?: fun(status: integer, content: string, headers: HttpHeaders?, url: string?), ' +
          'timeout?: number, redirects?: integer})',
        doc:
          'Sends a request: `method` is GET, or POST with a `body`, unless given. `callback` gets the status, the ' +
          'bytes of the answer as they came, its header fields, and the URL that answered. Without an answer it gets ' +
          '-1 and the empty string, and the reason goes to stderr. `timeout` in seconds is for all of it, redirects ' +
          'and the body included; there is none unless given, so a server that never answers keeps the script: give ' +
          'one to what runs unattended. `redirects` is how many redirects are followed at most, 0 to 50; 0, unless ' +
          'given, makes the answer that redirects the answer. 301 and 302 make a GET of a POST, 303 of everything but ' +
          'HEAD, 307 and 308 repeat the request. To another host no Authorization, Cookie or Host goes along; from ' +
          'https to http none is followed.',
        origin: 'porla',
        call: (api, L) => {
          const { url, callback, timeout, redirects, ...rest } = api.argument(1, () =>
            readFields<Options>(api.lua, L, 1, readers),
          )
          if (!url)
            throw new LuaError(
              "http.client.request needs a url: client.request{url = 'http://...', callback = f}",
            )
          const limits = { timeout, redirects: redirects ?? 0 }
          new Request(api, 'http.client.request', hopOf(url, rest), limits, {
            done: (answer) => answerTo(api, callback, answer),
            free: () => callback?.free(),
          })
          return 0
        },
      },
    ],
  },
]
