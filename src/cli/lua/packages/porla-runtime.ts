import { resolveStateDir } from '../../../program/endpoint.ts'
import { version } from '../../../program/version.ts'
import { pushJson } from '../api/convert.ts'
import type { Api, ApiModule } from '../api/describe.ts'
import type { State } from '../vm/c-api.ts'
import { configOf, orLuaError } from './config.ts'

function pushRuntime(api: Api, L: State): void {
  const { env, daemon } = api.host
  const { path } = orLuaError(() =>
    resolveStateDir({ flag: daemon.stateDir, env, config: configOf(api).config }),
  )
  pushJson(api.lua, L, { version, args: { 'state-dir': path } })
}

export const modules: readonly ApiModule[] = [
  {
    name: 'porla_runtime',
    doc:
      'What runs the script: `version` is porla-lua’s, `args["state-dir"]` the state folder, there or not. Other ' +
      'arguments of Porla are nil.',
    origin: 'porla',
    members: [],
    data: { type: '{version: string, args: table<string, string>}', push: pushRuntime },
  },
]
