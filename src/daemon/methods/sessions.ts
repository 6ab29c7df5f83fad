import { noEffect } from '../../program/no-effect.ts'
import type { Handlers } from '../../rpc/contract/index.ts'
import type { Sessions } from '../session/sessions.ts'
import { metricNames } from '../session/stats.ts'

type Names =
  | `sessions.${'list' | 'metrics' | 'pause' | 'resume'}`
  | `sessions.settings.${'list' | 'update' | 'reset'}`

/** Of `host:port`; 0 for null. */
function portOf(listening: string | null): number {
  return Number(/:(\d+)$/.exec(listening ?? '')?.[1] ?? 0)
}

/** Handlers of `sessions.*`. */
export function sessionHandlers(sessions: Sessions): Pick<Handlers, Names> {
  return {
    'sessions.list': () => ({
      sessions: [...sessions].map((session) => ({
        name: session.name,
        torrents_total: session.records.size,
        is_listening: session.engine.state.listening !== null,
        is_dht_running: session.engine.state.listening !== null && session.settings.flag('enable_dht'),
        is_paused: session.paused,
        listen_port: portOf(session.engine.state.listening),
      })),
    }),
    'sessions.pause': ({ name }) => {
      sessions.get(name).setPaused(true)
      return null
    },
    'sessions.resume': ({ name }) => {
      sessions.get(name).setPaused(false)
      return null
    },
    'sessions.metrics': () => ({ metrics: Object.fromEntries(metricNames.map((name, i) => [name, i])) }),
    'sessions.settings.list': ({ name, keys }) => ({ settings: sessions.get(name).settings.pick(keys) }),
    'sessions.settings.update': ({ name, settings }) => {
      const session = sessions.get(name)
      const { withoutEffect } = session.applySettings(settings)
      const warnings = withoutEffect.length > 0 ? [noEffect(withoutEffect)] : []
      return { settings: session.settings.all, warnings, without_effect: withoutEffect }
    },
    'sessions.settings.reset': ({ name, keys }) => {
      const session = sessions.get(name)
      session.resetSettings(keys)
      return { settings: session.settings.all }
    },
  }
}
