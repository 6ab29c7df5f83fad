import { isRecord } from '../program/value-in-words.ts'
import type { SchemaNode } from './schema-problem.ts'

/**
 * Parameters without the fields that are null and may be left out: programs that write every field of a request say
 * null for what they do not want to say, as Porla's own clients do. A null that the schema takes as a value stays.
 * Returns the same object when nothing is taken away; what is given is never changed.
 */
export function withoutNulls(schema: SchemaNode, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema
    if (items === undefined || !('properties' in items || 'anyOf' in items)) return value
    const cleaned = value.map((item) => withoutNulls(items as SchemaNode, item))
    return cleaned.some((item, i) => item !== value[i]) ? cleaned : value
  }
  if (!isRecord(value)) return value
  const branch = schema.anyOf?.find(({ properties }) => properties !== undefined) ?? schema
  let cleaned: Record<string, unknown> = value
  for (const [name, node] of Object.entries(branch.properties ?? {})) {
    if (!Object.hasOwn(value, name)) continue
    const given = value[name]
    const leftOut = given === null && !branch.required?.includes(name) && !takesNull(node)
    const kept = leftOut ? undefined : withoutNulls(node, given)
    if (kept === given) continue
    if (cleaned === value) cleaned = { ...value }
    if (leftOut) delete cleaned[name]
    else cleaned[name] = kept
  }
  return cleaned
}

function takesNull({ type, anyOf }: SchemaNode): boolean {
  return type === 'null' || (anyOf?.some(takesNull) ?? false)
}
