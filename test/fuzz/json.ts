import type { Random } from './random.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Any value of JSON, of a few levels. */
export function anyJson(random: Random, depth = 0): Json {
  switch (random.next(depth > 3 ? 7 : 10)) {
    case 0:
      return null
    case 1:
      return random.once(2)
    case 2:
      return random.edge()
    case 3:
      return random.one([-1, 0.5, -0, 1e308, 2 ** 53, -(2 ** 31)])
    case 4:
      return ''
    case 5:
    case 6:
      return random.text()
    case 7:
      return random.list(0, 4, () => anyJson(random, depth + 1))
    default:
      return Object.fromEntries(random.list(0, 3, () => [random.text(), anyJson(random, depth + 1)]))
  }
}

/** A copy in which a few nodes have another value, another name, or are gone. */
export function mutateJson(value: Json, random: Random, most = 2): Json {
  let out = structuredClone(value)
  for (let left = 1 + random.next(most); left > 0; left--) out = changeOne(out, random)
  return out
}

function changeOne(value: Json, random: Random): Json {
  if (value === null || typeof value !== 'object' || random.once(6)) return anyJson(random)
  if (Array.isArray(value)) {
    if (value.length === 0) return [anyJson(random)]
    const at = random.next(value.length)
    if (random.once(5)) return value.toSpliced(at, 1)
    if (random.once(5))
      return value.toSpliced(
        at,
        0,
        ...Array<Json>(1 + random.next(random.once(20) ? 2000 : 4)).fill(value[at]!),
      )
    return value.with(at, changeOne(value[at]!, random))
  }
  const keys = Object.keys(value)
  if (keys.length === 0) return { [random.text()]: anyJson(random) }
  const key = random.one(keys)
  const { [key]: old, ...rest } = value
  if (random.once(8)) return rest
  if (random.once(8)) return { ...rest, [random.text()]: old! }
  return { ...rest, [key]: changeOne(old!, random) }
}
