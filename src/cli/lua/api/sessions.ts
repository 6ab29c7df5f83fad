import type { ApiModule } from './describe.ts'
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
  ],
}
