import { checkConfig } from './check.ts'
import type { LoadConfigOptions } from './load.ts'
import { findConfigFile } from './locate.ts'
import { readConfigFile } from './read.ts'
import type { LoadedConfig } from './types.ts'

/** A configuration as it was checked, and as it stands in its file. */
export interface ConfigAndData {
  readonly config: LoadedConfig
  /** What the parser gave; an empty table without a file. */
  readonly data: unknown
}

/** As `loadConfig`, at once and with the parsers loaded: for what cannot wait. Throws ConfigError. */
export function loadConfigSync(options: LoadConfigOptions): ConfigAndData {
  const file = findConfigFile(options)
  if (file === null) {
    const sessions = new Map([['default', { settings: {} }]])
    return { config: { file, sessions, presets: new Map() }, data: {} }
  }
  const data = readConfigFile(file)
  return { config: checkConfig(file, data, options), data }
}
