import { LuaType, type State } from '../../vm/c-api.ts'
import { ArgumentError, LuaError } from '../../vm/errors.ts'
import type { HostFunction, Lua } from '../../vm/lua.ts'
import { optByteString, pushByteString } from '../names.ts'
import { fitsInt, joinTime, type LocalTime, splitTime } from './local-time.ts'
import { expand, InvalidConversion } from './strftime.ts'
import { Zone } from './zone.ts'

/**
 * `os.date`, `os.time` and `os.difftime`. The VM's own know neither the zone's name nor years beyond JavaScript's
 * dates, so these follow glibc.
 */
export function dateFunctions(lua: Lua, env: NodeJS.ProcessEnv): Record<string, HostFunction> {
  const { raw } = lua
  let zone: Zone | undefined
  // Read at the first use: most scripts never ask.
  const localZone = () => {
    zone ??= Zone.load(env)
    return zone
  }

  const checkTime = (L: State, arg: number): bigint => {
    lua.checkInteger(L, arg)
    return raw._lua_tointegerx(L, arg, 0)
  }

  /** Sets the fields of the table on top of the stack. */
  const setFields = (L: State, time: LocalTime) => {
    const fields: [string, number][] = [
      ['year', time.year],
      ['month', time.month + 1],
      ['day', time.day],
      ['hour', time.hour],
      ['min', time.min],
      ['sec', time.sec],
      ['yday', time.yearday + 1],
      ['wday', time.weekday + 1],
    ]
    for (const [name, value] of fields) {
      lua.pushInteger(L, value)
      raw._lua_setfield(L, -2, lua.name(name))
    }
    lua.pushBoolean(L, time.isdst)
    raw._lua_setfield(L, -2, lua.name('isdst'))
  }

  /** A field of the table on top of the stack; without `fallback` it must be there. `base` is C's zero of it. */
  const field = (L: State, name: string, base: number, fallback?: number): number => {
    const type = raw._lua_getfield(L, -1, lua.name(name))
    const value = lua.integer(L, -1)
    lua.pop(L, 1)
    if (value === undefined) {
      if (type !== LuaType.nil) throw new LuaError(`field '${name}' is not an integer`)
      if (fallback === undefined) throw new LuaError(`field '${name}' missing in date table`)
      return fallback
    }
    if (!fitsInt(value - base)) throw new LuaError(`field '${name}' is out-of-bound`)
    return value
  }

  const flag = (L: State, name: string): boolean | undefined => {
    const type = raw._lua_getfield(L, -1, lua.name(name))
    const value = type === LuaType.nil ? undefined : raw._lua_toboolean(L, -1) !== 0
    lua.pop(L, 1)
    return value
  }

  return {
    date: (L) => {
      const format = optByteString(lua, L, 1) ?? '%c'
      const time = lua.isNoneOrNil(L, 2) ? now() : checkTime(L, 2)
      const inUtc = format.startsWith('!')
      const split = splitTime(time, inUtc ? undefined : localZone())
      if (split === undefined) throw new LuaError('date result cannot be represented in this installation')
      const conversion = inUtc ? format.slice(1) : format
      if (conversion === '*t') {
        raw._lua_createtable(L, 0, 9)
        setFields(L, split)
        return 1
      }
      try {
        pushByteString(lua, L, expand(conversion, split))
        return 1
      } catch (error) {
        if (error instanceof InvalidConversion) throw new ArgumentError(1, error.message)
        throw error
      }
    },
    difftime: (L) => {
      const difference = checkTime(L, 1) - checkTime(L, 2)
      lua.pushNumber(L, Number(difference))
      return 1
    },
    time: (L) => {
      if (lua.isNoneOrNil(L, 1)) {
        raw._lua_pushinteger(L, now())
        return 1
      }
      lua.checkTable(L, 1)
      raw._lua_settop(L, 1)
      const wall = {
        year: field(L, 'year', 1900),
        month: field(L, 'month', 1) - 1,
        day: field(L, 'day', 0),
        hour: field(L, 'hour', 0, 12),
        min: field(L, 'min', 0, 0),
        sec: field(L, 'sec', 0, 0),
        isdst: flag(L, 'isdst'),
      }
      const time = joinTime(wall, localZone())
      // -1 is how C says that it failed, so that second before 1970 cannot be told apart.
      if (time !== undefined) setFields(L, splitTime(time, localZone()) as LocalTime)
      if (time === undefined || time === -1n) {
        throw new LuaError('time result cannot be represented in this installation')
      }
      raw._lua_pushinteger(L, time)
      return 1
    },
  }
}

function now(): bigint {
  return BigInt(Math.floor(Date.now() / 1000))
}
