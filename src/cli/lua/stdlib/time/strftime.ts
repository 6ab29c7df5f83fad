import { isoWeek, type LocalTime } from './local-time.ts'

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

const pad = (value: number, width = 2) =>
  value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0')
const spaced = (value: number) => String(value).padStart(2, ' ')
const twelve = (hour: number) => hour % 12 || 12
const modulo = (value: number, by: number) => ((value % by) + by) % by

function timeZoneOffset(seconds: number): string {
  const minutes = Math.floor(Math.abs(seconds) / 60)
  return `${seconds < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}${pad(minutes % 60)}`
}

/** What each conversion gives in the C locale (C99, 7.23.3.5, with glibc's choices where that leaves some). */
const conversions: Readonly<Record<string, (t: LocalTime) => string>> = {
  a: (t) => (weekdays[t.weekday] as string).slice(0, 3),
  A: (t) => weekdays[t.weekday] as string,
  b: (t) => (months[t.month] as string).slice(0, 3),
  B: (t) => months[t.month] as string,
  c: (t) => expand('%a %b %e %H:%M:%S %Y', t),
  C: (t) => String(Math.floor(t.year / 100)),
  d: (t) => pad(t.day),
  D: (t) => expand('%m/%d/%y', t),
  e: (t) => spaced(t.day),
  F: (t) => expand('%Y-%m-%d', t),
  g: (t) => pad(modulo(isoWeek(t).year, 100)),
  G: (t) => String(isoWeek(t).year),
  h: (t) => expand('%b', t),
  H: (t) => pad(t.hour),
  I: (t) => pad(twelve(t.hour)),
  j: (t) => pad(t.yearday + 1, 3),
  m: (t) => pad(t.month + 1),
  M: (t) => pad(t.min),
  n: () => '\n',
  p: (t) => (t.hour < 12 ? 'AM' : 'PM'),
  r: (t) => expand('%I:%M:%S %p', t),
  R: (t) => expand('%H:%M', t),
  S: (t) => pad(t.sec),
  t: () => '\t',
  T: (t) => expand('%H:%M:%S', t),
  u: (t) => String(t.weekday || 7),
  U: (t) => pad(Math.floor((t.yearday + 7 - t.weekday) / 7)),
  V: (t) => pad(isoWeek(t).week),
  w: (t) => String(t.weekday),
  W: (t) => pad(Math.floor((t.yearday + 7 - ((t.weekday + 6) % 7)) / 7)),
  x: (t) => expand('%m/%d/%y', t),
  X: (t) => expand('%H:%M:%S', t),
  y: (t) => pad(modulo(t.year, 100)),
  Y: (t) => String(t.year),
  z: (t) => timeZoneOffset(t.offset),
  Z: (t) => t.zone,
  '%': () => '%',
}

/** The conversions that C99 lets stand behind "E" and "O"; in the C locale they change nothing. */
const modified = { E: 'cCxXyY', O: 'deHImMSuUVwWy' }

/** Thrown for what follows a "%" and is no conversion; `rest` is the format from there on. */
export class InvalidConversion extends Error {
  readonly rest: string
  constructor(rest: string) {
    super(`invalid conversion specifier '%${rest}'`)
    this.name = 'InvalidConversion'
    this.rest = rest
  }
}

/**
 * Formats a time. An invalid conversion is an InvalidConversion.
 */
export function expand(format: string, time: LocalTime): string {
  let result = ''
  let at = 0
  for (;;) {
    const next = format.indexOf('%', at)
    if (next < 0) return result + format.slice(at)
    result += format.slice(at, next)
    const first = format[next + 1] ?? ''
    const isModifier = first === 'E' || first === 'O'
    const letter = isModifier ? (format[next + 2] ?? '') : first
    const known = isModifier
      ? letter !== '' && modified[first].includes(letter)
      : Object.hasOwn(conversions, letter)
    if (!known) throw new InvalidConversion(format.slice(next + 1))
    result += (conversions[letter] as (t: LocalTime) => string)(time)
    at = next + (isModifier ? 3 : 2)
  }
}
