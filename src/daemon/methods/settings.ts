import type { Handlers } from '../../rpc/contract/index.ts'
import { defaultSettings, presetSettings } from '../session/settings/pack.ts'

/** Handlers of `settings.*`, which need no session. */
export function settingsHandlers(version: string): Pick<Handlers, 'settings.preset'> {
  return {
    'settings.preset': ({ preset }) => ({
      settings: presetSettings(preset, version),
      defaults: defaultSettings(version),
    }),
  }
}
