import { nearest } from '../../../program/nearest.ts'
import { settingAliases } from '../../../program/setting-aliases.ts'
import type { Settings, SettingValue } from '../../../rpc/contract/types.ts'
import { identityOf } from '../../settings/identity.ts'
import { deprecatedRows, laterRows } from '../../settings/more-rows.ts'
import { type SettingRow, settingRows } from '../../settings/table.ts'
import { descriptorLimit } from './descriptor-limit.ts'

export type PresetName = 'default' | 'min_memory_usage' | 'high_performance_seed'

/** Every setting that has a name here. */
export const allRows: readonly SettingRow[] = [...settingRows, ...laterRows, ...deprecatedRows]
const rows = new Map(allRows.map((row) => [row[0], row]))
/** Who we are is not a matter of taste: readable, never writable (as in Porla). */
const identityNames = new Set(Object.keys(identityOf('')))

/** The name under which a setting is kept, null when libtorrent has no such setting. */
export function settingName(name: string): string | null {
  const known = Object.hasOwn(settingAliases, name) ? settingAliases[name]! : name
  return rows.has(known) ? known : null
}

/** What to tell a user about a name that is no setting. */
export function unknownSetting(name: string): string {
  const meant = nearest(name, rows.keys())
  return `there is no setting '${name}'${meant ? `; did you mean '${meant}'?` : ''}`
}

/** Defaults of every setting; the identity is ours. */
export function defaultSettings(version: string): Settings {
  return { ...Object.fromEntries(allRows.map((row) => [row[0], row[1]])), ...identityOf(version) }
}

/** What a preset of libtorrent sets; `default` sets everything. */
export function presetSettings(preset: PresetName, version: string): Settings {
  if (preset === 'default') return defaultSettings(version)
  const settings: Settings = {}
  for (const row of allRows) {
    const value = preset === 'min_memory_usage' ? row[2] : row[3]
    if (value !== null) settings[row[0]] = value
  }
  return settings
}

/** True when the setting changes something here. */
export function hasEffect(name: string): boolean {
  return rows.get(name)?.[4] === 'works'
}

/**
 * Says what is wrong with a setting, null when it may be set so. The sentence names the setting, what was given and
 * what it takes. For the configuration file and for `sessions.settings.update`.
 */
export function checkSetting(name: string, value: unknown): string | null {
  const known = settingName(name)
  if (known === null) return unknownSetting(name)
  if (identityNames.has(known)) return `'${name}' can be read but not set: it says which program this is`
  const type = typeof rows.get(known)![1]
  if (type === 'boolean') return typeof value === 'boolean' ? null : refuse(name, value, 'true or false')
  if (type === 'number') {
    const fits = Number.isInteger(value) && (value as number) === ((value as number) | 0)
    return fits ? null : refuse(name, value, 'a whole number from -2147483648 to 2147483647')
  }
  if (typeof value !== 'string') return refuse(name, value, 'a string')
  if (value.includes('\0')) return refuse(name, value, 'a string without NUL')
  if (known === 'listen_interfaces') return checkInterfaces(value)
  return null
}

function refuse(name: string, value: unknown, wanted: string): string {
  const given = JSON.stringify(value) ?? String(value)
  return `'${name}' takes ${wanted}, not ${given.length > 60 ? `${given.slice(0, 60)}...` : given}`
}

/** Comma list of `address:port`, `[v6]:port` or `device:port`, each with libtorrent's suffixes `s` and `l`. */
function checkInterfaces(value: string): string | null {
  for (const part of value.split(',').map((text) => text.trim())) {
    if (part === '' && value.trim() === '') continue
    const match = /^(?:\[[0-9a-fA-F:.%\w]+\]|[^\s:[\]]+):(\d{1,5})[sl]*$/.exec(part)
    if (!match || Number(match[1]) > 65535) {
      return refuse(
        'listen_interfaces',
        value,
        "a comma list of 'address:port' such as '0.0.0.0:6881,[::]:6881'",
      )
    }
  }
  return null
}

/** The value a session reads back after it was given `value` (settings_pack notes: libtorrent rewrites these). */
export function normaliseSetting(name: string, value: SettingValue): SettingValue {
  if (typeof value !== 'number') return value
  if (name === 'upload_rate_limit' || name === 'download_rate_limit') return Math.max(0, value)
  if (name === 'connections_limit' && value <= 0) return descriptorLimit()
  return value
}
