import { eventNames } from '../../../rpc/event-names.ts'
import { readFields, readInteger, readText } from '../api/convert.ts'
import type { Api, ApiModule } from '../api/describe.ts'
import { suggestion } from '../api/suggestion.ts'
import { Callback } from '../loop/callback.ts'
import { CronPattern } from './cron/pattern.ts'
import { Schedule } from './cron.ts'
import { Connection, isEventName } from './events.ts'
import { headersClass } from './http/headers.ts'
import { hopOf, optionReaders, type RequestOptions, readUrl } from './http/options.ts'
import { type Answer, Request } from './http/request.ts'
import { poCancellableClass } from './porla/cancellable.ts'
import { Timer } from './timers.ts'

/** Every wait of at least a millisecond, as `timers.new` has it. */
function pushTimer(api: Api, L: number, once: boolean): number {
  const ms = api.argument(1, () => readInteger(api.lua, L, 1, 1))
  const callback = api.argument(2, () => Callback.read(api.lua, L, 2))
  api.push(L, poCancellableClass, new Timer(api, ms, callback, { once }))
  return 1
}

/** `torrent.added` is `torrent_added` there. */
const ourName = (name: string) => name.replace('.', '_')

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
    name: 'porla_timers',
    doc:
      'Calls at intervals and times, as newer versions of Porla have them; `timers` and `cron` are the older names. A ' +
      'script with one of them goes on after its last line.',
    origin: 'porla',
    classes: [poCancellableClass],
    members: [
      {
        kind: 'static',
        name: 'interval',
        signature: '(ms: integer, callback: fun()): PoCancellable',
        doc: 'Calls `callback` every `ms` milliseconds; the next interval begins when it has returned.',
        origin: 'porla',
        call: (api, L) => pushTimer(api, L, false),
      },
      {
        kind: 'static',
        name: 'timeout',
        signature: '(ms: integer, callback: fun()): PoCancellable',
        doc: 'Calls `callback` once, after `ms` milliseconds.',
        origin: 'porla',
        call: (api, L) => pushTimer(api, L, true),
      },
      {
        kind: 'static',
        name: 'cron',
        signature: '(schedule: string, callback: fun()): PoCancellable',
        doc: 'Calls `callback` at the times of a schedule, as `cron.schedule`.',
        origin: 'porla',
        call: (api, L) => {
          const pattern = api.argument(1, () => new CronPattern(readText(api.lua, L, 1)))
          const callback = api.argument(2, () => Callback.read(api.lua, L, 2))
          api.push(L, poCancellableClass, new Schedule(api, pattern, callback))
          return 1
        },
      },
    ],
  },
  {
    name: 'porla_events',
    doc:
      'What happens in the daemon, as newer versions of Porla have it: the events of `events` with a dot in their names, ' +
      'such as `torrent.added`, `torrent.file_error` and `session.stats`.',
    origin: 'porla',
    classes: [poCancellableClass],
    members: [
      {
        kind: 'static',
        name: 'on',
        signature: '(name: string, callback: function): PoCancellable?',
        doc:
          'Calls `callback` for each event of that name from now on, with what `events.on` gives. nil for an unknown ' +
          'name, and a warning.',
        origin: 'porla',
        call: (api, L) => {
          const given = api.lua.checkText(L, 1)
          const callback = api.argument(2, () => Callback.read(api.lua, L, 2))
          const name = ourName(given)
          if (isEventName(name)) api.push(L, poCancellableClass, new Connection(api, name, callback))
          else {
            callback.free()
            const near = suggestion(name, eventNames).replace(/([a-z])_/, '$1.')
            api.warn([`there is no event '${given}'${near}; porla_events.on gives nil`])
            api.lua.pushNil(L)
          }
          return 1
        },
      },
    ],
  },
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
