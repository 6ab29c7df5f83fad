import { type Stats, statSync } from 'node:fs'
import { extname, join, resolve } from 'node:path'
import { absolute, expandHome, homeFolder } from '../endpoint.ts'
import { ExitCode } from '../exit-codes.ts'
import { ConfigError, Failure } from '../failure.ts'
import { checkConfigOwner } from '../owner.ts'

/** Data formats only: a configuration is never code. */
export const configNames = ['config.toml', 'config.yaml', 'config.yml', 'config.json'] as const
export const configExtensions: readonly string[] = configNames.map((name) => extname(name))

/** Where a configuration may be named. */
export interface LocateOptions {
  /** Value of --config. */
  flag?: string | undefined
  env: NodeJS.ProcessEnv
}

/**
 * The configuration file: --config, PORLA_LUA_CONFIG, else config.toml, .yaml, .yml or .json in
 * $XDG_CONFIG_HOME/porla-lua (~/.config/porla-lua). Null when none is named and none is there. Nothing is searched in
 * the current folder or above it. Throws ConfigError when the named file is missing or two are beside each other.
 *
 * It only asks whether files exist, since every start of the program does this.
 */
export function findConfigFile({ flag, env }: LocateOptions): string | null {
  if (flag === '') throw new Failure(ExitCode.usage, '--config needs a path; it is empty')
  if (flag !== undefined) return namedFile(flag, '--config', env)
  if (env.PORLA_LUA_CONFIG) return namedFile(env.PORLA_LUA_CONFIG, 'PORLA_LUA_CONFIG', env)
  const folder = configFolder(env)
  const there =
    folder === null ? [] : configNames.map((name) => join(folder, name)).filter((path) => isThere(path))
  if (there.length > 1) {
    throw new ConfigError(
      `there are two configuration files, ${there.slice(0, 2).join(' and ')}; keep one of them`,
    )
  }
  return there[0] ?? null
}

/** Null for a user without a home folder, who has no configuration then. */
function configFolder(env: NodeJS.ProcessEnv): string | null {
  const base = absolute(env.XDG_CONFIG_HOME)
  if (base !== undefined) return join(base, 'porla-lua')
  try {
    return join(homeFolder(env, 'XDG_CONFIG_HOME'), '.config', 'porla-lua')
  } catch (error) {
    if (error instanceof Failure) return null
    throw error
  }
}

/** Throws Failure for one of another user. */
function isThere(path: string): boolean {
  const file = stat(path)
  if (file) checkConfigOwner(path, file, false)
  return file !== undefined
}

function namedFile(given: string, by: string, env: NodeJS.ProcessEnv): string {
  const path = resolve(expandHome(given, env))
  const file = stat(path)
  if (!file) throw new ConfigError(`the configuration file ${path} (${by}) does not exist`)
  if (file.isDirectory()) throw new ConfigError(`the configuration file ${path} (${by}) is a folder`)
  if (configExtensions.includes(extname(path))) {
    checkConfigOwner(path, file, by === '--config')
    return path
  }
  throw new ConfigError(`the configuration file ${path} (${by}) must end in ${configExtensions.join(', ')}`)
}

function stat(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    // A file where a folder should be: there is nothing below it.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined
    throw new ConfigError(`cannot look for a configuration at ${path}: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
