import { checkConfig } from './check.ts'
import { findConfigFile, type LocateOptions } from './locate.ts'
import type { CheckSetting, LoadedConfig } from './types.ts'

/** Where to look, and how to check settings. */
export interface LoadConfigOptions extends LocateOptions {
  /** The daemon's settings table; without it any name passes, and values need only be of a setting's three types. */
  checkSetting?: CheckSetting
}

/**
 * Finds, reads and checks the configuration. Without a file it is that of one session, `default`, and neither
 * cosmiconfig nor a parser is loaded. Rejects with ConfigError, which names the file, the key's path, what was found
 * and what was expected.
 */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
  const file = findConfigFile(options)
  if (file === null) return { file, sessions: new Map([['default', { settings: {} }]]), presets: new Map() }
  const { readConfigFile } = await import('./read.ts')
  return checkConfig(file, readConfigFile(file), options)
}
