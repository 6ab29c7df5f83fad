import type { State } from '../../vm/c-api.ts'
import type { Api, ApiClass, StaticMember } from '../describe.ts'
import type { SessionValue } from './session.ts'

/** Pushes the session of a name as an object of `cls`, nil when the daemon has none. */
export function pushSession(api: Api, L: State, cls: ApiClass<SessionValue>, name: string): number {
  const { sessions } = api.call('sessions.list', {})
  if (sessions.some((session) => session.name === name)) api.push(L, cls, { name })
  else api.lua.pushNil(L)
  return 1
}

/** The functions `get` and `list`, which give sessions as objects of `cls`. `note` is told at the end of `get`'s doc. */
export function sessionFinders(
  cls: ApiClass<SessionValue>,
  origin: StaticMember['origin'],
  note = '',
): readonly StaticMember[] {
  return [
    {
      kind: 'static',
      name: 'get',
      signature: `(name: string): ${cls.name}?`,
      doc: `The session of that name; nil when there is none.${note}`,
      origin,
      call: (api, L) => pushSession(api, L, cls, api.lua.checkText(L, 1)),
    },
    {
      kind: 'static',
      name: 'list',
      signature: `(): fun(): ${cls.name}?`,
      doc: 'For `for session in sessions.list() do`: all sessions by name, in byte order.',
      origin,
      call: (api, L) => {
        const { sessions } = api.call('sessions.list', {})
        let i = 0
        api.pushIterator(L, (S) => {
          const session = sessions[i++]
          if (session === undefined) return 0
          api.push(S, cls, { name: session.name })
          return 1
        })
        return 1
      },
    },
  ]
}
