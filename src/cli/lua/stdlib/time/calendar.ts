/** A date of the Gregorian calendar, also before its time; `month` counts from 0, `day` from 1. */
export interface CivilDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** Days of 400 years, after which the calendar repeats, weekdays included. */
export const cycleDays = 146097

/** Days since 1970-01-01. `month` and `day` may lie outside their ranges. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = year + Math.floor(month / 12)
  const m = ((month % 12) + 12) % 12
  // Years that start in March put the leap day at their end.
  const shifted = m < 2 ? y - 1 : y
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * ((m + 10) % 12) + 2) / 5)
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * cycleDays + dayOfEra - 719468 + day - 1
}

export function civilFromDays(days: number): CivilDate {
  const shifted = days + 719468
  const era = Math.floor(shifted / cycleDays)
  const dayOfEra = shifted - era * cycleDays
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const month = (monthFromMarch + 2) % 12
  return {
    year: era * 400 + yearOfEra + (month < 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  }
}

/** 0 for Sunday. */
export function weekdayOf(days: number): number {
  return (((days + 4) % 7) + 7) % 7
}
