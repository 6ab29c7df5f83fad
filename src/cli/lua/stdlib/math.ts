import type { HostFunction, Lua } from '../vm/lua.ts'

/**
 * What `math` has in a Lua 5.4 that was built with LUA_COMPAT_5_3, as the stand-alone program and Debian's are; the
 * VM's library was built without.
 */
export function oldMathFunctions(lua: Lua): Record<string, HostFunction> {
  const of =
    (call: (x: number) => number): HostFunction =>
    (L) => {
      lua.pushNumber(L, call(lua.checkNumber(L, 1)))
      return 1
    }
  return {
    cosh: of(Math.cosh),
    sinh: of(Math.sinh),
    tanh: of(Math.tanh),
    log10: of(Math.log10),
    atan2: (L) => {
      const y = lua.checkNumber(L, 1)
      lua.pushNumber(L, Math.atan2(y, lua.isNoneOrNil(L, 2) ? 1 : lua.checkNumber(L, 2)))
      return 1
    },
    pow: (L) => {
      lua.pushNumber(L, power(lua.checkNumber(L, 1), lua.checkNumber(L, 2)))
      return 1
    },
    frexp: (L) => {
      const [fraction, exponent] = frexp(lua.checkNumber(L, 1))
      lua.pushNumber(L, fraction)
      lua.pushInteger(L, exponent)
      return 2
    },
    ldexp: (L) => {
      const x = lua.checkNumber(L, 1)
      lua.checkInteger(L, 2)
      // C makes an int of it
      lua.pushNumber(L, ldexp(x, Number(BigInt.asIntN(32, lua.bigInteger(L, 2) as bigint))))
      return 1
    },
  }
}

/** C's pow, where 1 to any power, and -1 to an infinite one, is 1: JavaScript gives NaN. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1
  return base ** exponent
}

/** C's frexp: `x` is the fraction (0.5 to 1) times 2 to the exponent. */
export function frexp(x: number): [fraction: number, exponent: number] {
  if (x === 0 || !Number.isFinite(x)) return [x, 0]
  const view = new DataView(new ArrayBuffer(8))
  // a subnormal number has its exponent in its leading zeros
  const scale = Math.abs(x) < 2 ** -1022 ? 64 : 0
  view.setFloat64(0, x * 2 ** scale)
  const high = view.getUint32(0)
  view.setUint32(0, (high & 0x800fffff) | (1022 << 20))
  return [view.getFloat64(0), ((high >>> 20) & 0x7ff) - 1022 - scale]
}

/** C's ldexp: `x` times 2 to the exponent, rounded once. */
export function ldexp(x: number, exponent: number): number {
  if (x === 0 || !Number.isFinite(x)) return x
  const [fraction, own] = frexp(x)
  const sum = own + exponent
  if (sum > 1024) return fraction * Number.POSITIVE_INFINITY
  // exact, as the fraction times 2^-1021 is a normal number; below that the second product rounds
  if (sum < -1021) return fraction * 2 ** -1021 * 2 ** Math.max(sum + 1021, -1074)
  return fraction * 2 * 2 ** (sum - 1)
}
