import type { StateName } from '../rpc/contract/types.ts'
import { compareText } from './compare-text.ts'
import { type Comparison, type FlagName, type NumberField, type StringField, units } from './language.ts'
import type { PqlExpression, PqlFilter, PqlNumberPredicate, PqlStringPredicate, PqlSubject } from './types.ts'

/**
 * Makes a function of a query. It never throws, reads of a torrent what `fieldsOf` names, and stops as soon as the
 * result is known.
 *
 * What is not known is not equal, more or less: `category` without a category and `size` before metadata are false
 * with every operator but `!=`, which is always the opposite of `=`. Strings are compared by their UTF-8 bytes,
 * numbers as 64-bit floats (Porla rounds to 32 bits what has a decimal point).
 */
export function compilePql(expression: PqlExpression): PqlFilter {
  switch (expression.kind) {
    case 'and': {
      const terms = expression.terms.map(compilePql)
      return (torrent, now) => {
        for (const term of terms) if (!term(torrent, now)) return false
        return true
      }
    }
    case 'or': {
      const terms = expression.terms.map(compilePql)
      return (torrent, now) => {
        for (const term of terms) if (term(torrent, now)) return true
        return false
      }
    }
    case 'not': {
      const term = compilePql(expression.term)
      return (torrent, now) => !term(torrent, now)
    }
    case 'flag':
      return flagFilters[expression.flag]
    case 'tag': {
      const { tag } = expression
      return (torrent) => torrent.tags.includes(tag)
    }
    case 'number':
      return compileNumber(expression)
    case 'string':
      return compileString(expression)
  }
}

const stateIs =
  (state: StateName): PqlFilter =>
  (torrent) =>
    torrent.state === state

/** The state exactly: a seeding torrent is not `finished`. `paused` is the flag, which queued torrents have as well. */
const flagFilters: Record<FlagName, PqlFilter> = {
  downloading: stateIs('downloading'),
  finished: stateIs('finished'),
  moving: (torrent) => torrent.moving_storage,
  paused: (torrent) => torrent.flags.includes('paused'),
  seeding: stateIs('seeding'),
}

/** The number of a field; NaN when it is not known, which compares as it should. */
const numbers: Record<NumberField, (torrent: PqlSubject, now: number) => number> = {
  active_duration: (torrent) => torrent.active_duration,
  age: (torrent, now) => now - torrent.added_time,
  download_rate: (torrent) => torrent.download_rate,
  finished_duration: (torrent) => torrent.finished_duration,
  progress: (torrent) => torrent.progress,
  ratio: (torrent) => torrent.ratio,
  seeding_duration: (torrent) => torrent.seeding_duration,
  size: (torrent) => (torrent.has_metadata ? torrent.total : Number.NaN),
  upload_rate: (torrent) => torrent.upload_rate,
}

const strings: Record<StringField, (torrent: PqlSubject) => string | null> = {
  category: (torrent) => torrent.category,
  name: (torrent) => torrent.name,
  save_path: (torrent) => torrent.save_path,
}

function compileNumber({ field, operator, amount, unit }: PqlNumberPredicate): PqlFilter {
  const read = numbers[field]
  const value = unit === null ? amount : amount * units[unit]
  switch (operator) {
    case '=':
      return (torrent, now) => read(torrent, now) === value
    case '!=':
      return (torrent, now) => read(torrent, now) !== value
    case '>':
      return (torrent, now) => read(torrent, now) > value
    case '>=':
      return (torrent, now) => read(torrent, now) >= value
    case '<':
      return (torrent, now) => read(torrent, now) < value
    case '<=':
      return (torrent, now) => read(torrent, now) <= value
  }
}

function compileString({ field, operator, text }: PqlStringPredicate): PqlFilter {
  const read = strings[field]
  switch (operator) {
    case '=':
      return (torrent) => read(torrent) === text
    case '!=':
      return (torrent) => read(torrent) !== text
    case 'contains':
      return (torrent) => read(torrent)?.includes(text) ?? false
    default: {
      const holds = orders[operator]
      return (torrent) => {
        const value = read(torrent)
        return value !== null && holds(compareText(value, text))
      }
    }
  }
}

/** Whether an operator holds, given less than, equal to or more than 0 for the order of its two sides. */
const orders: Record<Exclude<Comparison, '=' | '!='>, (order: number) => boolean> = {
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
}
