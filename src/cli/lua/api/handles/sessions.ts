import { pushJson } from '../convert.ts'
import type { ApiModule } from '../describe.ts'
import { sessionFinders } from './find-session.ts'
import { sessionClass } from './session.ts'

export const sessionsModule: ApiModule = {
  name: 'sessions',
  doc: 'The sessions of the daemon.',
  origin: 'seed',
  members: [
    ...sessionFinders(sessionClass, 'seed'),
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
