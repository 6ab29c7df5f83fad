import { type FlagName, flagNames } from '../../../../program/flag-names.ts'
import type { State } from '../../vm/c-api.ts'
import { type FieldReaders, readBoolean, readFields } from '../convert.ts'
import type { Api, ApiClass } from '../describe.ts'
import { flagDocs } from './flag-docs.ts'

/** What libtorrent gives a torrent that is added without a word about flags (torrent_flags::default_flags). */
const defaultFlags: ReadonlySet<FlagName> = new Set<FlagName>([
  'update_subscribe',
  'auto_managed',
  'paused',
  'apply_ip_filter',
  'need_save_resume',
])

/** Flags that were set or cleared; the others are as by default. */
export type FlagChanges = { [K in FlagName]?: boolean }

const readers = Object.fromEntries(flagNames.map((name) => [name, readBoolean])) as FieldReaders<FlagChanges>

/** A table such as `{paused = true}`. Throws WrongValue for an unknown name or a value that is no boolean. */
export function readFlags(api: Api, L: State, idx: number): FlagChanges {
  return readFields(api.lua, L, idx, readers)
}

/** A new table of all twenty names. */
export function pushFlags(api: Api, L: State, set: readonly FlagName[]): void {
  const { raw, lua } = api
  raw._luaL_checkstack(L, 4, 0)
  raw._lua_createtable(L, 0, flagNames.length)
  for (const name of flagNames) {
    lua.pushBoolean(L, set.includes(name))
    raw._lua_setfield(L, -2, lua.name(name))
  }
}

export const flagsClass: ApiClass<FlagChanges> = {
  name: 'TorrentFlags',
  doc: 'The flags a torrent is to be added with. Each reads as its default until it is written.',
  origin: 'own',
  operators: ['`pairs(flags)` goes through all of them.'],
  members: flagNames.map((name) => ({
    kind: 'property',
    name,
    type: 'boolean',
    doc: `${flagDocs[name]}. By default ${defaultFlags.has(name)}.`,
    origin: 'own',
    get: (api, L, self) => api.lua.pushBoolean(L, self[name] ?? defaultFlags.has(name)),
    set: (api, L, self, idx) => {
      self[name] = readBoolean(api.lua, L, idx)
    },
  })),
  pairs: ({ lua }, self) => {
    let i = 0
    return (L) => {
      const name = flagNames[i++]
      if (name === undefined) return false
      lua.pushName(L, name)
      lua.pushBoolean(L, self[name] ?? defaultFlags.has(name))
      return true
    }
  },
}
