import fs from 'node:fs'
import path from 'node:path'
import { cycleDays } from './calendar.ts'
import { type LocalTimeType, ZoneRule } from './zone-rule.ts'

const utc: LocalTimeType = { offset: 0, dst: false, name: 'UTC' }
const cycleSeconds = cycleDays * 86400
/** How far glibc's mktime looks for a time with the wanted `isdst`, in seconds (a little over 17 years). */
const searchRange = 536_454_000

/**
 * A time zone as the C library sees it: what holds at each time, with its abbreviation. JavaScript's own zones have
 * neither the abbreviations of `%Z` nor a flag for daylight saving, so the system's files are read (RFC 8536).
 */
export class Zone {
  /** Times in seconds since 1970 when another type sets in, rising; and those types. */
  readonly #times: readonly number[]
  readonly #types: readonly LocalTimeType[]
  readonly #before: LocalTimeType
  readonly #rule: ZoneRule | undefined
  /** Of the last result of `offsetOfWall`. */
  #lastOffset = 0

  private constructor(
    times: readonly number[],
    types: readonly LocalTimeType[],
    before: LocalTimeType,
    rule: ZoneRule | undefined,
  ) {
    this.#times = times
    this.#types = types
    this.#before = before
    this.#rule = rule
  }

  /**
   * The zone that a TZ variable names: a rule, a file of the zone database or, when it is not set, /etc/localtime.
   * What cannot be read counts as UTC, as in glibc.
   */
  static load(env: NodeJS.ProcessEnv): Zone {
    const name = env.TZ
    if (name === undefined) return Zone.#fromFile('/etc/localtime') ?? Zone.#constant(utc)
    const plain = name.replace(/^:/, '')
    if (plain === '') return Zone.#constant(utc)
    const folder = env.TZDIR ?? '/usr/share/zoneinfo'
    const fromFile = Zone.#fromFile(path.isAbsolute(plain) ? plain : path.join(folder, plain))
    if (fromFile) return fromFile
    const rule = ZoneRule.parse(plain)
    if (rule) return new Zone([], [], rule.standard, rule)
    // glibc keeps the letters of a name that it does not know.
    return Zone.#constant({ ...utc, name: /^[A-Za-z]{3,}/.exec(plain)?.[0] ?? '' })
  }

  static #constant(type: LocalTimeType): Zone {
    return new Zone([], [], type, undefined)
  }

  static #fromFile(file: string): Zone | undefined {
    let data: Buffer
    try {
      data = fs.readFileSync(file)
    } catch {
      return undefined
    }
    return Zone.#parse(data)
  }

  static #parse(data: Buffer): Zone | undefined {
    if (data.length < 44 || data.toString('latin1', 0, 4) !== 'TZif') return undefined
    const first = header(data, 0)
    // Version 1 has 32-bit times only; later ones repeat everything with 64-bit times behind them.
    const long = data[4] !== 0
    const start = long ? first.end(4) : 0
    const { types, times, characters, end } = long ? header(data, start) : first
    const width = long ? 8 : 4
    let at = start + 44
    const changes = Array.from({ length: times }, (_, i) =>
      long ? Number(data.readBigInt64BE(at + i * 8)) : data.readInt32BE(at + i * 4),
    )
    at += times * width
    const indexes = data.subarray(at, at + times)
    at += times
    const names = data.toString('latin1', at + types * 6, at + types * 6 + characters)
    const known = Array.from({ length: types }, (_, i): LocalTimeType => {
      const name = data[at + i * 6 + 5] as number
      return {
        offset: data.readInt32BE(at + i * 6),
        dst: data[at + i * 6 + 4] !== 0,
        name: names.slice(name, names.indexOf('\0', name)),
      }
    })
    if (known.length === 0) return undefined
    const footer = long ? data.toString('latin1', end(8) + 1).split('\n')[0] : undefined
    return new Zone(
      changes,
      Array.from(indexes, (index) => known[index] as LocalTimeType),
      known.find((type) => !type.dst) ?? (known[0] as LocalTimeType),
      footer ? ZoneRule.parse(footer) : undefined,
    )
  }

  /** What holds at a time in seconds since 1970 UTC. */
  at(seconds: number): LocalTimeType {
    const last = this.#times.at(-1)
    if (last === undefined || seconds >= last) {
      if (this.#rule) return this.#rule.at(seconds)
      return this.#types.at(-1) ?? this.#before
    }
    let low = 0
    let high = this.#times.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#times[middle] as number) <= seconds) low = middle + 1
      else high = middle
    }
    return low === 0 ? this.#before : (this.#types[low - 1] as LocalTimeType)
  }

  /** As `at`, for days since 1970 of any size and the second of the day. */
  atDay(days: number, second: number): LocalTimeType {
    return this.at(secondsNear(days, second))
  }

  /**
   * The offset by which a wall clock time is to be understood, as glibc's mktime does: the day and the second as if
   * they were UTC; `dst` is what the caller says of daylight saving, undefined for nothing.
   */
  offsetOfWall(days: number, second: number, dst: boolean | undefined): number {
    const wall = secondsNear(days, second)
    const before = this.at(wall - 86400)
    const after = this.at(wall + 86400)
    const fitting = [before, after].filter((type) => this.at(wall - type.offset).offset === type.offset)
    // Of a time that comes twice or not at all, glibc takes the clock whose offset is nearer to the last result.
    const distance = (type: LocalTimeType) => Math.abs(type.offset - this.#lastOffset)
    const candidates = (fitting.length > 0 ? fitting : [before, after]).sort(
      (a, b) => distance(a) - distance(b),
    )
    const chosen =
      candidates.find((type) => dst === undefined || type.dst === dst) ?? (candidates[0] as LocalTimeType)
    this.#lastOffset = chosen.offset
    if (dst !== undefined && chosen.dst !== dst) {
      // Where daylight saving is not known at all, it is taken to be an hour.
      const hour = dst ? 3600 : -3600
      this.#lastOffset = this.#nearest(wall - chosen.offset, dst)?.offset ?? chosen.offset + hour
    }
    return this.#lastOffset
  }

  /** The type nearest in time that has the wanted flag. */
  #nearest(seconds: number, dst: boolean): LocalTimeType | undefined {
    const step = 7 * 86400
    for (let distance = 0; distance <= searchRange; distance += step) {
      for (const time of [seconds - distance, seconds + distance]) {
        const type = this.at(time)
        if (type.dst === dst) return type
      }
    }
    return undefined
  }
}

/** Seconds since 1970; where a double would not be exact, those of the same date in a near cycle of the calendar. */
function secondsNear(days: number, second: number): number {
  if (Math.abs(days) < 1e10) return days * 86400 + second
  return (days % cycleDays) * 86400 + second + Math.sign(days) * cycleSeconds * 100
}

/** The counts of a header at an offset, and where its block of data ends for a width of its times. */
function header(data: Buffer, offset: number) {
  const count = (index: number) => data.readUInt32BE(offset + 20 + index * 4)
  const [indicators, leaps, times, types, characters] = [
    count(0) + count(1),
    count(2),
    count(3),
    count(4),
    count(5),
  ]
  const end = (width: number) =>
    offset + 44 + times * (width + 1) + types * 6 + characters + leaps * (width + 4) + indicators
  return { times, types, characters, end }
}
