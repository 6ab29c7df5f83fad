import { lstatSync, type Stats } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { ExitCode } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { checkPrivateFolder } from './private-folder.ts'

/** sockaddr_un's sun_path has 108 bytes on Linux, one of them for the NUL (unix(7)); Node cuts a longer path silently. */
const maxSocketBytes = 107

/** Where a place was named, from the strongest to the weakest. */
export type EndpointSource = 'flag' | 'environment' | 'config' | 'default'

/** An absolute path and who named it. */
export interface Endpoint {
  path: string
  source: EndpointSource
}

/** Where a place may be named. */
export interface EndpointOptions {
  /** Value of the command line option. */
  flag?: string | undefined
  env: NodeJS.ProcessEnv
  /** The configuration; its paths are absolute already. */
  config?: { socket?: string | undefined; stateDir?: string | undefined } | undefined
}

/**
 * The daemon's socket: --socket, PORLA_LUA_SOCKET, `socket` of the configuration,
 * $XDG_RUNTIME_DIR/porla-lua/daemon.sock, else porla-lua-UID/daemon.sock in the temp folder.
 *
 * Relative paths count from the current folder; an empty variable counts as none. Throws Failure for a path that is
 * too long and for a folder in the temp folder that is not this user's alone.
 */
export function resolveSocket({ flag, env, config }: EndpointOptions): Endpoint {
  const endpoint = named('--socket', flag, env.PORLA_LUA_SOCKET, config?.socket, env) ?? defaultSocket(env)
  checkSocketPath(endpoint.path, endpoint.source === 'flag' ? ExitCode.usage : ExitCode.config)
  return endpoint
}

/**
 * The folder of the daemon's state: --state-dir, PORLA_LUA_STATE_DIR, `state_dir` of the configuration,
 * $XDG_STATE_HOME/porla-lua, else ~/.local/state/porla-lua. Throws Failure when nothing says where home is.
 */
export function resolveStateDir({ flag, env, config }: EndpointOptions): Endpoint {
  const endpoint = named('--state-dir', flag, env.PORLA_LUA_STATE_DIR, config?.stateDir, env)
  if (endpoint) return endpoint
  const base = absolute(env.XDG_STATE_HOME) ?? join(homeFolder(env, 'PORLA_LUA_STATE_DIR'), '.local', 'state')
  return { path: join(base, 'porla-lua'), source: 'default' }
}

/** Refuses a path that the kernel would not take whole. Throws Failure with the given exit code. */
export function checkSocketPath(path: string, exitCode: ExitCode = ExitCode.config): void {
  const bytes = Buffer.byteLength(path)
  if (bytes <= maxSocketBytes) return
  throw new Failure(
    exitCode,
    `the socket's path has ${bytes} bytes, ${maxSocketBytes} is the most a Unix socket can have; ` +
      `choose a shorter one with --socket or PORLA_LUA_SOCKET: ${path}`,
  )
}

/**
 * The user's home: $HOME, else what the system knows, so that it is found in an empty environment too. Throws Failure
 * that tells to set HOME or `alternative`.
 */
export function homeFolder(env: NodeJS.ProcessEnv, alternative: string): string {
  const home = absolute(env.HOME) ?? absolute(systemHome())
  if (home !== undefined) return home
  throw new Failure(ExitCode.config, `nothing says where your home folder is; set HOME or ${alternative}`)
}

/** A path of an environment variable; the XDG rules say that relative ones are to be ignored. */
export function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined
}

/**
 * A path with the home folder in the place of a `~` at its start; any other path as it is. Throws Failure for the home
 * of another user (`~name`), which only a shell knows: a folder of that name is not what was meant.
 */
export function expandHome(path: string, env: NodeJS.ProcessEnv): string {
  if (!path.startsWith('~')) return path
  if (path === '~') return homeFolder(env, 'an absolute path')
  if (path.startsWith('~/')) return join(homeFolder(env, 'an absolute path'), path.slice(2))
  const text = `'${path}' starts with a '~' and a name, which only a shell replaces; write the path, or './${path}'`
  throw new Failure(ExitCode.usage, text)
}

function named(
  option: string,
  flag: string | undefined,
  variable: string | undefined,
  config: string | undefined,
  env: NodeJS.ProcessEnv,
): Endpoint | undefined {
  if (flag === '') throw new Failure(ExitCode.usage, `${option} needs a path; it is empty`)
  if (flag !== undefined) return { path: resolve(checkText(option, expandHome(flag, env))), source: 'flag' }
  if (variable) return { path: resolve(expandHome(variable, env)), source: 'environment' }
  return config === undefined ? undefined : { path: config, source: 'config' }
}

/** Node takes paths of sockets and databases as UTF-8 alone. */
function checkText(option: string, path: string): string {
  if (path.isWellFormed()) return path
  throw new Failure(ExitCode.usage, `${option} must be UTF-8; make a link with another name to that place`)
}

function defaultSocket(env: NodeJS.ProcessEnv): Endpoint {
  const runtime = absolute(env.XDG_RUNTIME_DIR)
  if (runtime !== undefined) return { path: join(runtime, 'porla-lua', 'daemon.sock'), source: 'default' }
  const temp = absolute(env.TMPDIR) ?? '/tmp'
  const path = join(temp, `porla-lua-${process.getuid?.() ?? 'user'}`, 'daemon.sock')
  // Anybody may create names in the temp folder: a link or a folder of somebody else must not be trusted.
  const folder = folderAt(dirname(path))
  if (folder) checkPrivateFolder(dirname(path), folder)
  return { path, source: 'default' }
}

/** undefined for what is not there: TMPDIR may also name a file, or a place that cannot be looked at. */
function folderAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOTDIR' || code === 'EACCES') return undefined
    throw error
  }
}

/** Home of the user in the system's database; undefined when there is no such user. */
function systemHome(): string | undefined {
  try {
    return userInfo().homedir
  } catch {
    // A uid without an entry, as in many containers.
    return undefined
  }
}
