import { settingAliases } from '../../../../program/setting-aliases.ts'
import type { Settings, SettingValue } from '../../../../rpc/contract/types.ts'
import { LuaType, type State } from '../../vm/c-api.ts'
import { LuaError } from '../../vm/errors.ts'
import { int32, readBoolean, readInteger, readText } from '../convert.ts'
import type { Api, ApiClass, StaticMember } from '../describe.ts'
import { suggestion } from '../suggestion.ts'

/** Some settings by name. */
export interface SettingsValue {
  /** What the pack contains. */
  values: Settings
  /** What a name reads that the pack does not contain. Has every name there is. */
  readonly defaults: Settings
  /** The session it was read from. */
  readonly source: string | undefined
  /** What the script wrote since. */
  readonly written: Set<string>
}

/** Set by the program itself; scripts may read them (as in Porla). */
const readOnly: ReadonlySet<string> = new Set(['peer_fingerprint', 'user_agent'])

/**
 * What applying the pack sets. Applied to the session it was read from, that is what the script wrote: the other
 * values would only undo what somebody else changed meanwhile, and hide the config file for good.
 */
export function settingsToApply(pack: SettingsValue, session: string): Settings {
  const names = pack.source === session ? [...pack.written] : Object.keys(pack.values)
  return Object.fromEntries(
    names.filter((name) => !readOnly.has(name)).map((name) => [name, pack.values[name] as SettingValue]),
  )
}

function preset(name: 'default' | 'min_memory_usage' | 'high_performance_seed', doc: string): StaticMember {
  return {
    kind: 'static',
    name,
    signature: '(): SettingsPack',
    doc,
    origin: 'porla',
    call: (api, L) => {
      const { settings, defaults } = api.call('settings.preset', { preset: name })
      api.push(L, settingsPackClass, {
        values: settings,
        defaults,
        source: undefined,
        written: new Set<string>(),
      })
      return 1
    },
  }
}

function pushSetting(api: Api, L: State, value: SettingValue): void {
  if (typeof value === 'string') api.lua.pushText(L, value)
  else if (typeof value === 'boolean') api.lua.pushBoolean(L, value)
  else api.lua.pushInteger(L, value)
}

/** The name of a setting at index 2; undefined when there is none of that name. */
function settingName(api: Api, L: State, self: SettingsValue): string | undefined {
  if (api.lua.type(L, 2) !== LuaType.string) return undefined
  const given = api.lua.text(L, 2) as string
  const name = Object.hasOwn(settingAliases, given) ? settingAliases[given]! : given
  if (Object.hasOwn(self.values, name) || Object.hasOwn(self.defaults, name)) return name
  throw new LuaError(`no setting '${name}'${suggestion(name, Object.keys(self.defaults))}`)
}

export const settingsPackClass: ApiClass<SettingsValue> = {
  name: 'SettingsPack',
  doc: "Settings of a session by libtorrent's names. A preset contains some; names it does not contain read as default.",
  origin: 'seed',
  global: true,
  operators: [
    '`pack.name` reads a setting, `pack.name = value` writes one of the same type.',
    '`pairs(pack)` goes through what the pack contains, by name.',
  ],
  members: [
    preset('default', 'Every setting at its default.'),
    preset('high_performance_seed', 'What libtorrent advises for a machine that serves many peers.'),
    preset('min_memory_usage', 'What libtorrent advises for a machine with little memory.'),
  ],
  read: (api, L, self) => {
    const name = settingName(api, L, self)
    if (name === undefined) return false
    pushSetting(api, L, (self.values[name] ?? self.defaults[name]) as SettingValue)
    return true
  },
  write: (api, L, self) => {
    const name = settingName(api, L, self)
    if (name === undefined) return false
    if (readOnly.has(name)) throw new LuaError(`setting '${name}' cannot be written`)
    const type = typeof (self.values[name] ?? self.defaults[name])
    if (type === 'string') self.values[name] = readText(api.lua, L, 3)
    else if (type === 'boolean') self.values[name] = readBoolean(api.lua, L, 3)
    else self.values[name] = readInteger(api.lua, L, 3, int32.low, int32.high)
    self.written.add(name)
    return true
  },
  pairs: (api, { values }) => {
    const names = Object.keys(values).sort()
    let i = 0
    return (L) => {
      const name = names[i++]
      if (name === undefined) return false
      api.lua.pushText(L, name)
      pushSetting(api, L, values[name] as SettingValue)
      return true
    }
  },
}
