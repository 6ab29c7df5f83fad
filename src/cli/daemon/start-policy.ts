import type { DaemonOptions } from '../options.ts'

/** Whether a daemon may be started when none answers: unless --no-start or PORLA_LUA_NO_START=1 forbids it. */
export function mayStart({ noStart }: DaemonOptions): boolean {
  const variable = process.env.PORLA_LUA_NO_START
  return !noStart && (variable === undefined || variable === '' || variable === '0')
}
