import { createRequire } from 'node:module'
import type { Api, ApiModule } from '../api/describe.ts'
import { preload } from '../api/statics.ts'
import { LuaError } from '../vm/errors.ts'

/**
 * Packages by the name that scripts `require`, and the file of this folder that holds them as its `modules`. A file
 * is loaded when a script first requires one of its packages, so that a start does not pay for them. The bundle has
 * each file as `lua-FILE.js` (scripts/build.mjs).
 */
export const packageFiles: Readonly<Record<string, string>> = {
  config: 'config',
  'config.app': 'config',
  cron: 'cron',
  events: 'events',
  fs: 'fs',
  'http.client': 'http',
  json: 'json',
  lfs: 'lfs',
  log: 'log',
  porla_codec: 'porla-codec',
  porla_events: 'porla-events',
  porla_filesystem: 'porla-filesystem',
  porla_http_client: 'porla-http-client',
  porla_presets: 'porla-presets',
  porla_runtime: 'porla-runtime',
  porla_sessions: 'porla-sessions',
  porla_timers: 'porla-timers',
  pql: 'pql',
  presets: 'config',
  process: 'process',
  sqlite3: 'sqlite3',
  timers: 'timers',
  workflows: 'workflows',
  'workflows.actions.exec': 'workflows',
  'workflows.actions.http': 'workflows',
  'workflows.actions.log': 'workflows',
  'workflows.actions.notify': 'workflows',
  'workflows.actions.sleep': 'workflows',
  'workflows.actions.torrent': 'workflows',
  'workflows.triggers.cron': 'workflows',
  'workflows.triggers.interval': 'workflows',
  'workflows.triggers.torrent': 'workflows',
}

/** Packages of newer versions of Porla that have no counterpart here, and what a script can do instead. */
export const absentPackages: Readonly<Record<string, string>> = {
  porla_crypto: 'a command of io.popen or process.launch, such as sha256sum, or a Lua library',
  porla_http_server: 'the daemon has no HTTP server; porla-lua call and its socket reach it',
  porla_jsonrpc: 'the methods of the daemon are fixed; porla-lua call reaches them',
  porla_kv: 'sqlite3 keeps values in a file of the script',
  porla_sockets: 'http.client for HTTP, a command of io.popen for others',
  porla_zip: 'a command of io.popen, such as unzip',
}

/** What each file of a package exports. */
interface PackageFile {
  readonly modules: readonly ApiModule[]
}

const fromSource = import.meta.url.endsWith('.ts')
let load: NodeJS.Require | undefined

/** Loads a package, at once: `require` of ES modules does not wait (Node 22 and later). */
function packageModule(name: string): ApiModule {
  const file = packageFiles[name] as string
  load ??= createRequire(import.meta.url)
  const { modules } = load(fromSource ? `./${file}.ts` : `./lua-${file}.js`) as PackageFile
  const module = modules.find((one) => one.name === name)
  if (module === undefined) throw new Error(`bug: packages/${file}.ts has no module '${name}'`)
  return module
}

/** Lets scripts `require` the packages; a newer package of Porla that is not here is an error that says what is. */
export function installPackages(api: Api): void {
  for (const name of Object.keys(packageFiles)) preload(api, name, () => packageModule(name))
  for (const [name, instead] of Object.entries(absentPackages)) {
    preload(api, name, () => {
      throw new LuaError(`Porla's package '${name}' does not exist in porla-lua; instead: ${instead}`)
    })
  }
}

/** All packages, loaded: for the reference and the typings. */
export function packageModules(): readonly ApiModule[] {
  return Object.keys(packageFiles).map(packageModule)
}
