import { visible } from '../../../program/visible.ts'
import type { Api, ApiModule, StaticMember } from '../api/describe.ts'
import { suggestion } from '../api/suggestion.ts'
import { ArgumentError, LuaError } from '../vm/errors.ts'

/** From the most to the least talkative, as in Porla. */
const levels = ['trace', 'debug', 'info', 'warning', 'error', 'fatal'] as const
type Level = (typeof levels)[number]

const variable = 'PORLA_LUA_LOG_LEVEL'

/** The least level that is written. Raises an error for a name that is none. */
function threshold(api: Api): number {
  const name = api.host.env[variable]?.toLowerCase() || 'info'
  const level = levels.indexOf(name as Level)
  if (level < 0)
    throw new LuaError(
      `${variable} is '${name}', expected one of ${levels.join(', ')}${suggestion(name, levels)}`,
    )
  return level
}

function logs(level: Level): StaticMember {
  return {
    kind: 'static',
    name: level,
    signature: '(message: string|number)',
    doc: `Writes a line of level ${level} to stderr.`,
    origin: 'porla',
    call: (api, L) => {
      const text = api.lua.textOf?.(L, 1) ?? api.lua.text(L, 1)
      if (text === undefined) return api.lua.typeError(L, 1, 'string')
      if (text.includes('\0')) throw new ArgumentError(1, 'a message has no NUL bytes')
      if (levels.indexOf(level) < threshold(api)) return 0
      const time = new Date().toISOString()
      // One message is one line, also for what reads the lines later.
      api.host.say(`${time} ${level.toUpperCase().padEnd(7)} ${visible(text, { keep: '\t' })}\n`)
      return 0
    },
  }
}

/** Names of torrents, files and trackers come from strangers: a script that prints them to a terminal needs this. */
const visibleMember: StaticMember = {
  kind: 'static',
  name: 'visible',
  signature: '(text: string): string',
  doc:
    'Text as one line that a terminal shows as it is: control characters, line breaks and marks of the writing direction ' +
    'become escapes (`\\n`, `\\x1b`, `\\u{202e}`). For names that come from the network, before they are printed.',
  origin: 'own',
  call: (api, L) => {
    const text = api.lua.textOf?.(L, 1) ?? api.lua.text(L, 1)
    if (text === undefined) return api.lua.typeError(L, 1, 'string')
    api.lua.pushText(L, visible(text))
    return 1
  },
}

export const modules: readonly ApiModule[] = [
  {
    name: 'log',
    doc:
      'Messages for people, on stderr: `2026-01-31T12:00:00.000Z WARNING message`, one line each, the time in UTC. ' +
      `The variable ${variable} (trace, debug, info, warning, error, fatal) says from which level on; info by default.`,
    origin: 'porla',
    members: [logs('debug'), logs('info'), logs('warning'), logs('error'), visibleMember],
  },
]
