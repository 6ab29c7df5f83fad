import { closeSync, openSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { LoadedConfig } from '../program/config/types.ts'

/** What a configuration that was read again means for the daemon that runs. */
export interface ConfigDifference {
  /** Keys that the daemon takes over at once, such as `sessions.default.settings.upload_rate_limit`. */
  changed: string[]
  /** What a daemon only reads at its start. */
  needsRestart: string[]
}

/** Compares two configurations. */
export function compareConfigs(old: LoadedConfig, next: LoadedConfig): ConfigDifference {
  const changed: string[] = []
  const needsRestart: string[] = []
  if (old.file !== next.file)
    needsRestart.push(`the file (${old.file ?? 'none'} is now ${next.file ?? 'none'})`)
  for (const [key, name] of [
    ['socket', 'socket'],
    ['stateDir', 'state_dir'],
  ] as const) {
    if (old[key] !== next[key]) needsRestart.push(name)
  }
  for (const name of namesOf(old.sessions, next.sessions)) {
    const [before, after] = [old.sessions.get(name), next.sessions.get(name)]
    if (!before || !after) needsRestart.push(`sessions.${name} (${after ? 'new' : 'gone'})`)
    else
      changed.push(
        ...differing(before.settings, after.settings).map((key) => `sessions.${name}.settings.${key}`),
      )
  }
  for (const name of namesOf(old.presets, next.presets)) {
    if (!isDeepStrictEqual(old.presets.get(name), next.presets.get(name))) changed.push(`presets.${name}`)
  }
  return { changed, needsRestart }
}

/** Whether there is a terminal whose end would end this process (its controlling terminal, tty(4)). */
export function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}

function namesOf(...maps: ReadonlyMap<string, unknown>[]): Set<string> {
  return new Set(maps.flatMap((map) => [...map.keys()]))
}

function differing(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...keys].filter((key) => before[key] !== after[key])
}
