import { eventNames } from '../../../rpc/event-names.ts'
import type { ApiModule } from '../api/describe.ts'
import { suggestion } from '../api/suggestion.ts'
import { Callback } from '../loop/callback.ts'
import { Connection, isEventName } from './events.ts'
import { poCancellableClass } from './porla/cancellable.ts'

/** `torrent.added` is `torrent_added` there. */
const ourName = (name: string) => name.replace('.', '_')

export const modules: readonly ApiModule[] = [
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
]
