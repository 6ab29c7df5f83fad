import type { Handlers } from '../../rpc/contract/index.ts'
import type { Sessions } from '../session/sessions.ts'

type Names = 'sessions.list' | `sessions.settings.${'list' | 'update' | 'reset'}`

/** Handlers of `sessions.*`. */
export function sessionHandlers(sessions: Sessions): Pick<Handlers, Names> {
  return {
    'sessions.list': () => ({
      sessions: [...sessions].map((session) => ({
        name: session.name,
        torrents_total: session.records.size,
        is_listening: session.engine.state.listening !== null,
        is_dht_running: session.engine.state.listening !== null && session.settings.flag('enable_dht'),
        is_paused: false,
      })),
    }),
    'sessions.settings.list': ({ name, keys }) => ({ settings: sessions.get(name).settings.pick(keys) }),
    'sessions.settings.update': ({ name, settings }) => {
      const session = sessions.get(name)
      const { warnings } = session.applySettings(settings)
      return { settings: session.settings.all, warnings }
    },
    'sessions.settings.reset': ({ name, keys }) => {
      const session = sessions.get(name)
      session.resetSettings(keys)
      return { settings: session.settings.all }
    },
  }
}
