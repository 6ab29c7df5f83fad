import type { Json } from './json.ts'
import { anyJson } from './json.ts'
import type { Random } from './random.ts'

/** The parts of a JSON schema that the contract uses. */
export interface Schema {
  type?: string
  anyOf?: Schema[]
  const?: Json
  enum?: Json[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema | Schema[]
  pattern?: string
  patternProperties?: Record<string, Schema>
  minimum?: number
  maximum?: number
}

/** Makes a text for a parameter of this name; null where any text will do. */
export type Texts = (name: string, random: Random) => string | null

/** A value that fits a schema, at its edges where it has some. */
export function fitting(schema: Schema, random: Random, texts: Texts, name = ''): Json {
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return random.one(schema.enum)
  if (schema.anyOf) return fitting(random.one(schema.anyOf), random, texts, name)
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([key]) => schema.required?.includes(key) || random.once(3))
          .map(([key, inner]) => [key, fitting(inner, random, texts, key)]),
      )
    case 'array':
      if (Array.isArray(schema.items)) return schema.items.map((item) => fitting(item, random, texts, name))
      return random.list(0, random.once(30) ? 2000 : 3, () =>
        fitting(schema.items as Schema, random, texts, name),
      )
    case 'string':
      return texts(name, random) ?? random.text()
    case 'integer':
    case 'number': {
      const { minimum = -(2 ** 53 - 1), maximum = 2 ** 53 - 1 } = schema
      return Math.min(maximum, Math.max(minimum, random.one([minimum, maximum, 0, 1, -1, random.edge()])))
    }
    case 'boolean':
      return random.once(2)
    case 'null':
      return null
    default:
      return anyJson(random)
  }
}
