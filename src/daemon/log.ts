import { visible } from '../program/visible.ts'

/** Levels from the least to the most urgent. */
export const logLevels = ['debug', 'info', 'warning', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** The daemon's log: one line a message, `2026-01-02T03:04:05Z level message`. */
export interface Log {
  /** Messages below this level are dropped; may be changed at any time. */
  level: LogLevel
  debug(message: string): void
  info(message: string): void
  warning(message: string): void
  error(message: string): void
}

/** Makes a log. Without `write` it goes to stderr, and a stderr that nobody reads any more ends nothing. */
export function createLog(level: LogLevel = 'info', write: (line: string) => void = toStderr()): Log {
  const log = (of: LogLevel) => (message: string) => {
    if (logLevels.indexOf(of) < logLevels.indexOf(result.level)) return
    const time = `${new Date().toISOString().slice(0, 19)}Z`
    write(`${time} ${of} ${visible(message.replaceAll('\t', ' '))}\n`)
  }
  const result: Log = {
    level,
    debug: log('debug'),
    info: log('info'),
    warning: log('warning'),
    error: log('error'),
  }
  return result
}

function toStderr(): (line: string) => void {
  process.stderr.on('error', () => {})
  return (line) => process.stderr.write(line)
}
