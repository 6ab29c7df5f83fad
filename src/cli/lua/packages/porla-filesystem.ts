import { mkdirSync } from 'node:fs'
import type { ApiModule } from '../api/describe.ts'
import { checkPlace } from '../api/paths.ts'
import { pathOf } from '../stdlib/names.ts'
import { pushReason } from '../stdlib/results.ts'
import { modules as fsModules } from './fs.ts'
import { membersOf } from './porla/members-of.ts'

export const modules: readonly ApiModule[] = [
  {
    name: 'porla_filesystem',
    doc: 'Files, as newer versions of Porla have them; `fs` and `lfs` do more.',
    origin: 'porla',
    members: [
      ...membersOf(fsModules, 'fs', ['exists']),
      {
        kind: 'static',
        name: 'create_directories',
        signature: '(path: string): boolean?, string?',
        doc:
          'Makes a folder and those above it that are missing: true, false when it was there already, or nil and a ' +
          'message.',
        origin: 'porla',
        call: (api, L) => {
          const path = checkPlace(api, L, 1)
          try {
            api.lua.pushBoolean(L, mkdirSync(pathOf(path), { recursive: true }) !== undefined)
            return 1
          } catch (error) {
            return pushReason(api.lua, L, error)
          }
        },
      },
    ],
  },
]
