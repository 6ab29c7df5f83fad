import { civilFromDays, daysFromCivil, weekdayOf } from './calendar.ts'
import type { Zone } from './zone.ts'

const secondsOfDay = 86400
const maxInt = 2 ** 31 - 1

/** C's `struct tm`, with the whole year. */
export interface LocalTime {
  readonly year: number
  /** From 0. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly min: number
  readonly sec: number
  /** 0 for Sunday. */
  readonly weekday: number
  /** From 0. */
  readonly yearday: number
  readonly isdst: boolean
  /** Seconds east of UTC. */
  readonly offset: number
  readonly zone: string
}

/** The fields of a table for `os.time`; they may lie outside their ranges. `isdst` undefined: not known. */
export interface WallTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly min: number
  readonly sec: number
  readonly isdst: boolean | undefined
}

/**
 * Splits a time in seconds since 1970 UTC; without a zone in UTC. undefined when the year does not fit C's `tm_year`,
 * an int that counts from 1900. Times are BigInt since such years go far past 2^53 seconds.
 */
export function splitTime(time: bigint, zone: Zone | undefined): LocalTime | undefined {
  const second = Number(((time % 86400n) + 86400n) % 86400n)
  const days = Number((time - BigInt(second)) / 86400n)
  const type = zone?.atDay(days, second) ?? { offset: 0, dst: false, name: 'GMT' }
  const shifted = second + type.offset
  const localDays = days + Math.floor(shifted / secondsOfDay)
  const rest = shifted - Math.floor(shifted / secondsOfDay) * secondsOfDay
  const { year, month, day } = civilFromDays(localDays)
  if (!fitsInt(year - 1900)) return undefined
  return {
    year,
    month,
    day,
    hour: Math.floor(rest / 3600),
    min: Math.floor(rest / 60) % 60,
    sec: rest % 60,
    weekday: weekdayOf(localDays),
    yearday: localDays - daysFromCivil(year, 0, 1),
    isdst: type.dst,
    offset: type.offset,
    zone: type.name,
  }
}

/** As C's mktime: the time of a wall clock, undefined when it cannot be told (the year does not fit). */
export function joinTime(wall: WallTime, zone: Zone): bigint | undefined {
  const rest = wall.hour * 3600 + wall.min * 60 + wall.sec
  const days = daysFromCivil(wall.year, wall.month, 1) + wall.day - 1 + Math.floor(rest / secondsOfDay)
  const second = rest - Math.floor(rest / secondsOfDay) * secondsOfDay
  const offset = zone.offsetOfWall(days, second, wall.isdst)
  const time = BigInt(days) * 86400n + BigInt(second - offset)
  return splitTime(time, zone) && time
}

export function fitsInt(value: number): boolean {
  return value >= -maxInt - 1 && value <= maxInt
}

/** Year and week by ISO 8601: week 1 is the one with the year's first Thursday. */
export function isoWeek(time: LocalTime): { year: number; week: number } {
  const day = daysFromCivil(time.year, time.month, time.day)
  const thursday = day + 4 - (time.weekday || 7)
  const { year } = civilFromDays(thursday)
  return { year, week: Math.floor((thursday - daysFromCivil(year, 0, 1)) / 7) + 1 }
}
