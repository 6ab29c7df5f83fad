import type { ApiClass, ApiModule } from '../api/describe.ts'
import { pushSession, sessionFinders } from '../api/handles/find-session.ts'
import { type SessionValue, sessionClass } from '../api/handles/session.ts'
import { sessionsModule } from '../api/handles/sessions.ts'
import { methodOf, torrentsHandleClass } from './porla/torrents-handle.ts'

/** Members that a class of another name shares. */
const shared = sessionClass.members.filter(({ name }) =>
  ['name', 'apply_settings', 'is_paused', 'pause', 'resume'].includes(name),
)

/** A session, as newer versions of Porla have it. */
const sessionHandleClass: ApiClass<SessionValue> = {
  name: 'PoSessionHandle',
  doc: 'A session.',
  origin: 'porla',
  operators: ['`a == b` is true for the same session.'],
  members: [
    ...shared,
    {
      ...methodOf(sessionClass, 'settings'),
      name: 'get_settings',
    },
    {
      kind: 'method',
      name: 'torrents',
      signature: '(): PoTorrentsHandle',
      doc: 'The torrents of the session.',
      origin: 'porla',
      call: (api, L, self) => {
        api.push(L, torrentsHandleClass, self)
        return 1
      },
    },
  ],
  equals: (a, b) => a.name === b.name,
  text: (self) => `PoSessionHandle (${self.name})`,
}

const defaultSession = 'default'

export const modules: readonly ApiModule[] = [
  {
    name: 'porla_sessions',
    doc: 'The sessions of the daemon, as newer versions of Porla have them; `sessions` does the same and more.',
    origin: 'porla',
    classes: [sessionHandleClass, torrentsHandleClass],
    members: [
      {
        kind: 'static',
        name: 'count',
        signature: '(): integer',
        doc: 'How many sessions there are.',
        origin: 'porla',
        call: (api, L) => {
          api.lua.pushInteger(L, api.call('sessions.list', {}).sessions.length)
          return 1
        },
      },
      {
        kind: 'static',
        name: 'default',
        signature: '(): PoSessionHandle?',
        doc: 'The session `default`; nil when the configuration has none of that name.',
        origin: 'porla',
        call: (api, L) => pushSession(api, L, sessionHandleClass, defaultSession),
      },
      ...sessionFinders(sessionHandleClass, 'porla', ' Sessions have no numbers here.'),
      ...sessionsModule.members.filter(({ name }) => name === 'metrics'),
    ],
  },
]
