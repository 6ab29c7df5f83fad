import type { ApiModule } from '../api/describe.ts'
import { modules as configModules } from './config.ts'
import { membersOf } from './porla/members-of.ts'

export const modules: readonly ApiModule[] = [
  {
    name: 'porla_presets',
    doc: 'The presets of the configuration; the package `presets` by the name that newer versions of Porla give it.',
    origin: 'porla',
    classes: configModules.find(({ name }) => name === 'presets')?.classes ?? [],
    members: membersOf(configModules, 'presets', ['get']),
  },
]
