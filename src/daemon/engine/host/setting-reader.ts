import type { Settings } from '../../../rpc/contract/types.ts'

/** Reads settings by name; one that is missing or of another type has the value in `defaults`. */
export function settingReader<D extends Settings>(settings: Settings, defaults: D) {
  return <N extends keyof D & string>(name: N): D[N] => {
    const value = settings[name]
    return typeof value === typeof defaults[name] ? (value as D[N]) : defaults[name]
  }
}
