import { civilFromDays, daysFromCivil, weekdayOf } from './calendar.ts'

/** What a clock on the wall shows in some place at some time. */
export interface LocalTimeType {
  /** Seconds east of UTC. */
  readonly offset: number
  readonly dst: boolean
  /** Short name as `%Z` gives it. */
  readonly name: string
}

/** A day in a year and the second of that day, in local time, when a rule sets in. */
interface Changeover {
  readonly day: (year: number) => number
  readonly second: number
}

/**
 * A rule for all years in the form of POSIX's TZ variable, such as "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX.1-2017,
 * section 8.3, with the longer times of RFC 8536).
 */
export class ZoneRule {
  readonly standard: LocalTimeType
  readonly daylight: LocalTimeType | undefined
  readonly #start: Changeover | undefined
  readonly #end: Changeover | undefined

  private constructor(
    standard: LocalTimeType,
    daylight?: LocalTimeType,
    start?: Changeover,
    end?: Changeover,
  ) {
    this.standard = standard
    this.daylight = daylight
    this.#start = start
    this.#end = end
  }

  /** undefined when the text is not such a rule. */
  static parse(text: string): ZoneRule | undefined {
    const name = '([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)'
    const time = '([+-]?\\d{1,3}(?::\\d{1,2}){0,2})'
    const match = new RegExp(`^${name}${time}(?:${name}${time}?(?:,([^,]+),([^,]+))?)?$`).exec(text)
    if (!match) return undefined
    const offset = -secondsOf(match[2] as string)
    const standard = { offset, dst: false, name: bare(match[1] as string) }
    if (match[3] === undefined) return new ZoneRule(standard)
    const summer = match[4] === undefined ? offset + 3600 : -secondsOf(match[4])
    // Without rules of its own, the rules of the United States, as in glibc.
    const start = changeover(match[5] ?? 'M3.2.0')
    const end = changeover(match[6] ?? 'M11.1.0')
    if (start === undefined || end === undefined) return undefined
    return new ZoneRule(standard, { offset: summer, dst: true, name: bare(match[3]) }, start, end)
  }

  /** What holds at a time in seconds since 1970 UTC. */
  at(seconds: number): LocalTimeType {
    if (!this.daylight || !this.#start || !this.#end) return this.standard
    const { year } = civilFromDays(Math.floor((seconds + this.standard.offset) / 86400))
    const start = this.#start.day(year) * 86400 + this.#start.second - this.standard.offset
    const end = this.#end.day(year) * 86400 + this.#end.second - this.daylight.offset
    const inside = start < end ? seconds >= start && seconds < end : seconds >= start || seconds < end
    return inside ? this.daylight : this.standard
  }
}

const bare = (name: string) => name.replace(/[<>]/g, '')

function secondsOf(time: string): number {
  const [hours, minutes, seconds] = time.replace(/^[+-]/, '').split(':')
  const total = Number(hours) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)
  return time.startsWith('-') ? -total : total
}

function changeover(text: string): Changeover | undefined {
  const match = /^(?:M(\d{1,2})\.([1-5])\.([0-6])|(J?)(\d{1,3}))(?:\/([+-]?\d{1,3}(?::\d{1,2}){0,2}))?$/.exec(
    text,
  )
  if (!match) return undefined
  const second = match[6] === undefined ? 7200 : secondsOf(match[6])
  if (match[1] !== undefined) {
    const [month, week, weekday] = [Number(match[1]), Number(match[2]), Number(match[3])]
    return { day: (year) => nthWeekday(year, month - 1, week, weekday), second }
  }
  const number = Number(match[5])
  // "Jn" counts from 1 and never counts 29 February; "n" counts from 0 and does.
  if (match[4])
    return { day: (year) => daysFromCivil(year, 0, 1) + number - 1 + afterLeapDay(year, number), second }
  return { day: (year) => daysFromCivil(year, 0, 1) + number, second }
}

function afterLeapDay(year: number, number: number): number {
  const leap = daysFromCivil(year, 2, 1) - daysFromCivil(year, 1, 1) === 29
  return leap && number >= 60 ? 1 : 0
}

/** The day of the `week`th such weekday of a month; 5 means the last. */
function nthWeekday(year: number, month: number, week: number, weekday: number): number {
  const first = daysFromCivil(year, month, 1)
  const day = first + ((weekday - weekdayOf(first) + 7) % 7) + (week - 1) * 7
  return day < daysFromCivil(year, month + 1, 1) ? day : day - 7
}
