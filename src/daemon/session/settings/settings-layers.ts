import type { Settings, SettingValue } from '../../../rpc/contract/types.ts'
import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import {
  checkSetting,
  defaultSettings,
  hasEffect,
  normaliseSetting,
  settingName,
  unknownSetting,
} from './pack.ts'

/** An update that passed every check: what to keep, and which names of it change nothing but their own value. */
export interface SettingsChange {
  settings: Settings
  withoutEffect: string[]
}

/**
 * The settings of one session in three layers: libtorrent's defaults, over them the configuration file, over them what
 * was applied.
 */
export class SettingsLayers {
  readonly #defaults: Settings
  #config: Settings
  #applied: Settings
  #all: Settings

  constructor(version: string, config: Settings, applied: Settings) {
    this.#defaults = defaultSettings(version)
    this.#config = normalised(config)
    this.#applied = known(applied)
    this.#all = this.#merge()
  }

  /** Every setting as it is. The object is replaced, never changed. */
  get all(): Settings {
    return this.#all
  }

  int(name: string): number {
    return this.#all[name] as number
  }

  flag(name: string): boolean {
    return this.#all[name] as boolean
  }

  /** Some settings, under the names they were asked by; all without `keys`. Throws UnknownSetting. */
  pick(keys: readonly string[] | undefined): Settings {
    if (keys === undefined) return this.#all
    return Object.fromEntries(keys.map((key) => [key, this.#all[knownName(key)] as SettingValue]))
  }

  /**
   * Checks an update as a whole; nothing is changed. A setting that already has the value is left out: a script that
   * reads the whole pack, changes one value and applies it must not pin all the others against the configuration
   * file. Throws UnknownSetting or InvalidValue.
   */
  check(settings: Settings): SettingsChange {
    const change: Settings = {}
    const withoutEffect: string[] = []
    for (const [key, value] of Object.entries(settings)) {
      const name = knownName(key)
      if (value === this.#all[name]) continue
      const problem = checkSetting(key, value)
      if (problem !== null) throw new RpcError(ErrorCode.InvalidValue, problem, { setting: key })
      change[name] = normaliseSetting(name, value)
      if (!hasEffect(name) && value !== this.#defaults[name]) withoutEffect.push(name)
    }
    return { settings: change, withoutEffect }
  }

  /** Takes over what `check` returned, once it is durable. */
  apply(change: Settings): void {
    this.#applied = { ...this.#applied, ...change }
    this.#all = this.#merge()
  }

  /** Takes over what the configuration file says now. */
  reconfigure(config: Settings): void {
    this.#config = normalised(config)
    this.#all = this.#merge()
  }

  /** Names of the applied settings that a reset of `keys` (default: all) forgets. Throws UnknownSetting. */
  appliedNames(keys: readonly string[] | undefined): string[] {
    return (keys?.map(knownName) ?? Object.keys(this.#applied)).filter((name) => name in this.#applied)
  }

  /** Forgets applied settings, once that is durable. */
  forget(names: readonly string[]): void {
    const gone = new Set(names)
    this.#applied = Object.fromEntries(Object.entries(this.#applied).filter(([name]) => !gone.has(name)))
    this.#all = this.#merge()
  }

  #merge(): Settings {
    return { ...this.#defaults, ...this.#config, ...this.#applied }
  }
}

function knownName(key: string): string {
  const name = settingName(key)
  if (name === null) throw new RpcError(ErrorCode.UnknownSetting, unknownSetting(key), { setting: key })
  return name
}

function normalised(settings: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => {
      const name = settingName(key)
      if (name === null) throw new Error(unknownSetting(key))
      return [name, normaliseSetting(name, value)]
    }),
  )
}

/** What an older or newer version kept and this one does not know stays in the state but out of sight. */
function known(applied: Settings): Settings {
  return Object.fromEntries(Object.entries(applied).filter(([name]) => settingName(name) === name))
}
