import { version } from '../../program/version.ts'
import { identityOf } from './identity.ts'
import { laterRows } from './more-rows.ts'
import { settingRows } from './table.ts'

type EffectiveRow = (typeof settingRows)[number] | (typeof laterRows)[number]
type TypeOf<V> = V extends boolean ? boolean : V extends number ? number : string

/** Every setting that an engine may read, by name, with the type of its default. */
export type SettingDefaults = { readonly [R in EffectiveRow as R[0]]: TypeOf<R[1]> }

/** libtorrent's defaults, from the tables; the identity is that of this program. */
export const settingDefaults = {
  ...Object.fromEntries([...settingRows, ...laterRows].map((row) => [row[0], row[1]])),
  ...identityOf(version),
} as SettingDefaults
