import { Cron } from 'croner'
import type { Zone } from '../../stdlib/time/zone.ts'
import { WrongValue } from '../../vm/errors.ts'

const dayMs = 86_400_000

/** The fields in order, with their ranges as people count. croner counts days and months from 0 in its messages. */
const fields = [
  { key: 'second', name: 'second', low: 0, high: 59, shift: 0 },
  { key: 'minute', name: 'minute', low: 0, high: 59, shift: 0 },
  { key: 'hour', name: 'hour', low: 0, high: 23, shift: 0 },
  { key: 'day', name: 'day of month', low: 1, high: 31, shift: 1 },
  { key: 'month', name: 'month', low: 1, high: 12, shift: 1 },
  { key: 'dayOfWeek', name: 'day of week', low: 0, high: 7, shift: 0 },
] as const

/**
 * A cron expression in a time zone as `os.date` knows it. croner does the arithmetic, on a clock without zones: its own
 * zones are those of Intl, which knows no TZ in the form of POSIX.
 *
 * Where the clock is changed it does as Vixie's cron and croner: what is due at an hour runs once, at the change when its
 * hour is left out; what is due each hour or each few runs as the time goes by.
 */
export class CronPattern {
  readonly #cron: Cron
  readonly #everyHour: boolean

  /** Throws WrongValue that says what is wrong. */
  constructor(expression: string) {
    const words = expression.trim().split(/\s+/)
    if (words.length !== 6) {
      throw new WrongValue(
        `'${expression}' has ${expression.trim() === '' ? 0 : words.length} fields, a cron expression has six: ` +
          'second, minute, hour, day of month, month, day of week',
      )
    }
    try {
      // As in croncpp, which Porla uses, both day fields must fit.
      this.#cron = new Cron(expression.trim(), {
        paused: true,
        mode: '6-part',
        domAndDow: true,
        utcOffset: 0,
      })
    } catch (error) {
      throw new WrongValue(`'${expression}': ${asPeopleCount((error as Error).message)}`)
    }
    if (this.#cron.nextRun() === null) throw new WrongValue(`'${expression}' names a time that never comes`)
    this.#everyHour = /^[*?]/.test(words[2] as string)
  }

  /** The next time after another, both in milliseconds since 1970; undefined when there is none. */
  next(after: number, zone: Zone): number | undefined {
    // The clock that is looked at, and the time on it from which on.
    for (let clock = after, from = after; ; ) {
      const offset = offsetAt(zone, clock)
      const wall = this.#cron.nextRun(new Date(from + offset))?.getTime()
      if (wall === undefined) return undefined
      const due = wall - offset
      const change = firstChange(zone, clock, due)
      if (change === undefined) return due
      const skipped = offsetAt(zone, change) - offset
      if (skipped > 0 && !this.#everyHour && due < change + skipped) return change
      clock = change
      // Behind the hour that comes twice, or from the change on.
      from = (skipped < 0 && !this.#everyHour ? change - skipped : change) - 1
    }
  }
}

function offsetAt(zone: Zone, ms: number): number {
  return zone.at(Math.floor(ms / 1000)).offset * 1000
}

/** The first time after one and up to another at which the clock changes; looked for day by day. */
function firstChange(zone: Zone, after: number, until: number): number | undefined {
  const offset = offsetAt(zone, after)
  for (let low = after; low < until; ) {
    const high = Math.min(low + dayMs, until)
    if (offsetAt(zone, high) !== offset) return bisect(zone, offset, low, high)
    low = high
  }
  return undefined
}

function bisect(zone: Zone, offset: number, before: number, behind: number): number {
  let low = Math.floor(before / 1000)
  let high = Math.floor(behind / 1000)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (zone.at(middle).offset * 1000 === offset) low = middle
    else high = middle
  }
  return high * 1000
}

/** croner's words, with days and months from 1 and fields by their names. */
function asPeopleCount(message: string): string {
  const text = message.replace(/^CronPattern: /, '')
  const [, key, value] = /^Invalid value for (\w+): (-?\d+)$/.exec(text) ?? []
  const field = fields.find((one) => one.key === key)
  if (field) {
    const { name, low, high, shift } = field
    return `the ${name} ${Number(value) + shift} is not one of ${low} to ${high}`
  }
  const [, index, word] = /^configuration entry (\d) \((.*)\) contains illegal characters\.$/.exec(text) ?? []
  const named = fields[Number(index)]
  return named && word !== undefined ? `the ${named.name} '${word}' is neither a number nor a pattern` : text
}
