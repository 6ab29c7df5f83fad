import { dirname, isAbsolute, resolve } from 'node:path'
import { expandHome } from '../endpoint.ts'
import { ConfigError, Failure } from '../failure.ts'
import { unknownName } from '../nearest.ts'
import { found, isRecord } from '../value-in-words.ts'
import { porlaKeys, porlaKeysElsewhere, porlaKeysWarning } from './porla-keys.ts'
import type { CheckSetting, LoadedConfig, Preset, SessionConfig, Settings, SettingValue } from './types.ts'

/** One value of the file and where it stands. */
interface Entry {
  file: string
  /** `sessions.default.settings.enable_dht`. */
  path: string
  value: unknown
}

/** Reads one value; throws ConfigError when it is not of the right kind. */
type Read<T> = (entry: Entry) => T

/** What is said of a key that nobody knows at the top of a file, where scripts' keys may stand by mistake. */
const forScripts = ' (keys of a script belong in [scripts.NAME], NAME being its file without .lua)'

/**
 * Checks a parsed configuration. `~/` and relative paths become absolute, the latter from the file's folder. Throws
 * ConfigError for the first thing that is wrong.
 */
export function checkConfig(
  file: string,
  data: unknown,
  { env, checkSetting }: { env: NodeJS.ProcessEnv; checkSetting?: CheckSetting },
): LoadedConfig {
  const path = readPath(env)
  const top = { file, path: '', value: data }
  const warning = porlaKeysWarning(
    file,
    entriesOf(top).map(([key]) => key),
  )
  const { socket, state_dir, sessions, presets } = readTable(
    withoutPorlaKeys(top),
    'key',
    {
      socket: path,
      state_dir: path,
      sessions: readNamed((entry) => readSession(entry, checkSetting)),
      presets: readNamed(readPreset(path)),
      // What is in them is the scripts' affair.
      scripts: readNamed(entriesOf),
    },
    forScripts,
  )
  const all = sessions ?? new Map<string, SessionConfig>()
  if (!all.has('default')) all.set('default', { settings: {} })
  return {
    file,
    ...(socket !== undefined && { socket }),
    ...(state_dir !== undefined && { stateDir: state_dir }),
    sessions: all,
    presets: presets ?? new Map(),
    ...(warning !== undefined && { warning }),
  }
}

/** The file without what only Porla knows. Throws ConfigError for what has to be written in another way here. */
function withoutPorlaKeys(top: Entry): Entry {
  const own = entriesOf(top).filter(([key]) => !Object.hasOwn(porlaKeys, key))
  for (const [key, value] of own) {
    const instead = Object.hasOwn(porlaKeysElsewhere, key) ? porlaKeysElsewhere[key] : undefined
    if (instead === undefined) continue
    throw new ConfigError(`${where(below(top, key, value))} is a key of Porla; write ${instead}`)
  }
  return { ...top, value: Object.fromEntries(own) }
}

function readSession(entry: Entry, checkSetting: CheckSetting | undefined): SessionConfig {
  const { settings } = readTable(entry, 'key', {
    settings: (inner: Entry) => readSettings(inner, checkSetting),
  })
  return { settings: settings ?? {} }
}

function readSettings(entry: Entry, checkSetting: CheckSetting | undefined): Settings {
  const settings: Settings = {}
  for (const [name, value] of entriesOf(entry)) {
    const inner = below(entry, name, value)
    const problem = checkSetting?.(name, value)
    if (problem) throw new ConfigError(`${where(inner)}: ${problem}`)
    if (!isSettingValue(value)) throw wrong(inner, 'true, false, a whole number or a string')
    settings[name] = value
  }
  return settings
}

function readPreset(path: Read<string>): Read<Preset> {
  return (entry) =>
    readTable(entry, 'key of a preset', {
      category: readString,
      download_limit: readLimit,
      max_connections: readLimit,
      max_uploads: readLimit,
      save_path: path,
      session: readString,
      storage_mode: readStorageMode,
      tags: readStrings,
      upload_limit: readLimit,
      $hidden: readBoolean,
    })
}

/**
 * A table with a closed list of keys, all optional; those that are absent stay absent. `hint` ends the message about a
 * key that is not in the list.
 */
function readTable<T>(
  entry: Entry,
  what: string,
  keys: { [K in keyof T]: Read<T[K]> },
  hint = '',
): Partial<T> {
  const result: Partial<T> = {}
  for (const [key, value] of entriesOf(entry)) {
    const inner = below(entry, key, value)
    if (!Object.hasOwn(keys, key)) {
      throw new ConfigError(`${where(inner)} ${unknownName(what, key, Object.keys(keys))}${hint}`)
    }
    result[key as keyof T] = keys[key as keyof T](inner)
  }
  return result
}

/** A table whose keys are names that the user chose. A Map, since a name may be `constructor`. */
function readNamed<T>(read: Read<T>): Read<Map<string, T>> {
  return (entry) => {
    const result = new Map<string, T>()
    for (const [name, value] of entriesOf(entry)) {
      const inner = below(entry, name, value)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      if (name === '' || /[\x00-\x1f\x7f]/.test(name)) {
        throw new ConfigError(`${where(inner)}: a name must have letters and no control characters`)
      }
      result.set(name, read(inner))
    }
    return result
  }
}

function readPath(env: NodeJS.ProcessEnv): Read<string> {
  return (entry) => {
    const text = readString(entry)
    if (text === '' || text.includes('\0')) throw wrong(entry, 'a path')
    const path = inHome(entry, text, env)
    return isAbsolute(path) ? path : resolve(dirname(entry.file), path)
  }
}

function inHome(entry: Entry, text: string, env: NodeJS.ProcessEnv): string {
  try {
    return expandHome(text, env)
  } catch (error) {
    if (error instanceof Failure) throw new ConfigError(`${where(entry)}: ${error.message}`, { cause: error })
    throw error
  }
}

function readString(entry: Entry): string {
  if (typeof entry.value !== 'string') throw wrong(entry, 'a string')
  return entry.value
}

function readStrings(entry: Entry): string[] {
  if (!Array.isArray(entry.value)) throw wrong(entry, 'a list of strings')
  return entry.value.map((value, i) => readString({ ...entry, path: `${entry.path}[${i}]`, value }))
}

/** libtorrent's limits are an `int`. */
function readLimit(entry: Entry): number {
  const { value } = entry
  if (!Number.isInteger(value) || value !== ((value as number) | 0))
    throw wrong(entry, 'a whole number from -2147483648 to 2147483647')
  return value as number
}

function readBoolean(entry: Entry): boolean {
  if (typeof entry.value !== 'boolean') throw wrong(entry, 'true or false')
  return entry.value
}

function readStorageMode(entry: Entry): 'sparse' | 'allocate' {
  if (entry.value !== 'sparse' && entry.value !== 'allocate') throw wrong(entry, '"sparse" or "allocate"')
  return entry.value
}

function isSettingValue(value: unknown): value is SettingValue {
  return typeof value === 'boolean' || typeof value === 'string' || Number.isSafeInteger(value)
}

function entriesOf(entry: Entry): [string, unknown][] {
  // Dates of TOML and YAML are objects too.
  if (!isRecord(entry.value) || entry.value instanceof Date) throw wrong(entry, 'a table')
  return Object.entries(entry.value)
}

function below(entry: Entry, key: string, value: unknown): Entry {
  const short = key.length > 100 ? `${key.slice(0, 97)}...` : key
  const name = /^[\w$-]+$/.test(short) ? short : JSON.stringify(short)
  return { file: entry.file, path: entry.path === '' ? name : `${entry.path}.${name}`, value }
}

function where({ file, path }: Entry): string {
  return path === '' ? file : `${file}: ${path}`
}

function wrong(entry: Entry, expected: string): ConfigError {
  return new ConfigError(`${where(entry)} is ${found(entry.value)}, expected ${expected}`)
}
