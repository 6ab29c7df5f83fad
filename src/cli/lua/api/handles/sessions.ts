import { pushJson } from '../convert.ts'
import type { ApiModule } from '../describe.ts'
import { sessionClass } from './session.ts'

export const sessionsModule: ApiModule = {
  name: 'sessions',
  doc: 'The sessions of the daemon.',
  origin: 'seed',
  members: [
    {
      kind: 'static',
      name: 'get',
      signature: '(name: string): Session?',
      doc: 'The session of that name; nil when there is none.',
      origin: 'seed',
      call: (api, L) => {
        const name = api.lua.checkText(L, 1)
        const { sessions } = api.call('sessions.list', {})
        if (sessions.some((session) => session.name === name)) api.push(L, sessionClass, { name })
        else api.lua.pushNil(L)
        return 1
      },
    },
    {
      kind: 'static',
      name: 'list',
      signature: '(): fun(): Session?',
      doc: 'For `for session in sessions.list() do`: all sessions by name, in byte order.',
      origin: 'seed',
      call: (api, L) => {
        const { sessions } = api.call('sessions.list', {})
        let i = 0
        api.pushIterator(L, (S) => {
          const session = sessions[i++]
          if (session === undefined) return 0
          api.push(S, sessionClass, { name: session.name })
          return 1
        })
        return 1
      },
    },
    {
      kind: 'static',
      name: 'metrics',
      signature: '(): table<string, integer>',
      doc:
        'The counters that the event `session_stats` brings: name to place, from 0, so that ' +
        '`stats[sessions.metrics()[name] + 1]` is the value; `stats[name]` is the same. What libtorrent counts too has its ' +
        'name, such as `net.recv_bytes`; places differ, and what this engine cannot count is not there.',
      origin: 'porla',
      call: (api, L) => {
        pushJson(api.lua, L, api.call('sessions.metrics', {}).metrics)
        return 1
      },
    },
  ],
}
