import { readFields } from '../api/convert.ts'
import type { Api, ApiModule } from '../api/describe.ts'
import { Callback } from '../loop/callback.ts'
import { headersClass } from './http/headers.ts'
import { hopOf, optionReaders, type RequestOptions, readUrl } from './http/options.ts'
import { type Answer, Request } from './http/request.ts'

function answerTo(api: Api, callback: Callback, answer: Answer | Error): void {
  const { lua, raw } = api
  callback.call(api.host.loop, (L) => {
    if (answer instanceof Error) {
      lua.pushText(L, answer.message)
      return 1
    }
    raw._luaL_checkstack(L, 5, 0)
    lua.pushNil(L)
    raw._lua_createtable(L, 0, 4)
    lua.pushInteger(L, answer.status)
    raw._lua_setfield(L, -2, lua.name('status'))
    lua.pushBytes(L, answer.content)
    raw._lua_setfield(L, -2, lua.name('body'))
    api.push(L, headersClass, answer.headers)
    raw._lua_setfield(L, -2, lua.name('headers'))
    lua.pushText(L, answer.url.href)
    raw._lua_setfield(L, -2, lua.name('url'))
    return 2
  })
}

export const modules: readonly ApiModule[] = [
  {
    name: 'porla_http_client',
    doc: 'HTTP requests, as newer versions of Porla have them; `http.client` is the older name.',
    origin: 'porla',
    classes: [headersClass],
    members: [
      {
        kind: 'static',
        name: 'request',
        signature:
          '(url: string, callback: fun(err: string?, response: {status: integer, body: string, headers: HttpHeaders, url: string}?), ' +
          'options?: {method?: string, headers?: table<string, string>, body?: string, timeout?: number, redirects?: integer})',
        doc:
          'Sends a request; `options` are those of `http.client.request`. `callback` gets nil and the answer, or a ' +
          'message when there is none.',
        origin: 'porla',
        call: (api, L) => {
          const url = api.argument(1, () => readUrl(api.lua, L, 1))
          const options = api.lua.isNoneOrNil(L, 3)
            ? {}
            : api.argument(3, () => readFields<RequestOptions>(api.lua, L, 3, optionReaders))
          const callback = api.argument(2, () => Callback.read(api.lua, L, 2))
          const limits = { timeout: options.timeout, redirects: options.redirects ?? 0 }
          new Request(api, 'porla_http_client.request', hopOf(url, options), limits, {
            done: (answer) => answerTo(api, callback, answer),
            free: () => callback.free(),
          })
          return 0
        },
      },
    ],
  },
]
