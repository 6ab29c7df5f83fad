import type { Settings } from '../../../rpc/contract/types.ts'
import { type SettingDefaults, settingDefaults } from '../../settings/defaults.ts'

/** Reads settings by name; one that is missing or of another type has its default. */
export function settingReader(settings: Settings) {
  return <N extends keyof SettingDefaults>(name: N): SettingDefaults[N] => {
    const value = settings[name]
    const otherwise = settingDefaults[name]
    return typeof value === typeof otherwise ? (value as SettingDefaults[N]) : otherwise
  }
}
