import { nearest, unknownName } from '../program/nearest.ts'
import { found, isRecord } from '../program/value-in-words.ts'
import { base64Format, isBase64 } from './base64.ts'

/** The parts of JSON Schema that the contract uses, as typebox writes them. */
export interface SchemaNode {
  type?: string
  description?: string
  properties?: Record<string, SchemaNode>
  patternProperties?: Record<string, SchemaNode>
  required?: readonly string[]
  additionalProperties?: unknown
  items?: SchemaNode | readonly SchemaNode[]
  minItems?: number
  maxItems?: number
  anyOf?: readonly SchemaNode[]
  const?: unknown
  enum?: readonly unknown[]
  pattern?: string
  format?: string
  minimum?: number
  maximum?: number
}

/** Where a value breaks its schema, and how: "is 5, expected a string". */
export interface Problem {
  /** `peers[2]`, `flags.paused`; `` for the value itself. */
  path: string
  message: string
}

/**
 * Finds the first thing that is wrong with a value, in words for the person who wrote it. Only called for a value that
 * the compiled schema has rejected: this is slow and thorough where that is fast and silent. Null when nothing is
 * found, which means that the schema uses something this file does not know.
 */
export function findProblem(schema: SchemaNode, value: unknown, path = ''): Problem | null {
  if (schema.anyOf) return unionProblem(schema, schema.anyOf, value, path)
  if (schema.enum) return wordProblem(schema, schema.enum, value, path)
  if ('const' in schema) return wordProblem(schema, [schema.const], value, path)
  switch (schema.type) {
    case 'object':
      return isRecord(value) ? objectProblem(schema, value, path) : mismatch(schema, value, path)
    case 'array':
      return Array.isArray(value) ? arrayProblem(schema, value, path) : mismatch(schema, value, path)
    case 'string': {
      const fits =
        typeof value === 'string' &&
        (schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value)) &&
        (schema.format !== base64Format || isBase64(value))
      return fits ? null : mismatch(schema, value, path)
    }
    case 'integer':
    case 'number': {
      const fits =
        typeof value === 'number' &&
        (schema.type === 'integer' ? Number.isInteger(value) : Number.isFinite(value)) &&
        value >= (schema.minimum ?? Number.NEGATIVE_INFINITY) &&
        value <= (schema.maximum ?? Number.POSITIVE_INFINITY)
      return fits ? null : mismatch(schema, value, path)
    }
    case 'boolean':
      return typeof value === 'boolean' ? null : mismatch(schema, value, path)
    case 'null':
      return value === null ? null : mismatch(schema, value, path)
  }
  return null
}

/** An unknown field comes before a missing one: it is most often the missing one, misspelt. */
function objectProblem(schema: SchemaNode, value: Record<string, unknown>, path: string): Problem | null {
  const properties = schema.properties ?? {}
  if (schema.additionalProperties === false) {
    const unknown = Object.keys(value).find((key) => !Object.hasOwn(properties, key))
    if (unknown !== undefined) {
      return { path: join(path, unknown), message: unknownName('field', unknown, Object.keys(properties)) }
    }
  }
  for (const key of schema.required ?? []) {
    if (Object.hasOwn(value, key)) continue
    return { path: join(path, key), message: `is missing, expected ${expected(properties[key] ?? {})}` }
  }
  for (const [key, item] of Object.entries(value)) {
    const node = Object.hasOwn(properties, key) ? properties[key] : patternFor(schema, key)
    if (!node || (item === undefined && !schema.required?.includes(key))) continue
    const problem = findProblem(node, item, join(path, key))
    if (problem) return problem
  }
  return null
}

function patternFor(schema: SchemaNode, key: string): SchemaNode | undefined {
  return Object.entries(schema.patternProperties ?? {}).find(([pattern]) =>
    new RegExp(pattern, 'u').test(key),
  )?.[1]
}

function arrayProblem(schema: SchemaNode, value: unknown[], path: string): Problem | null {
  const { items } = schema
  const tooFew = value.length < (schema.minItems ?? 0)
  const most = isTuple(items) ? items.length : (schema.maxItems ?? Number.POSITIVE_INFINITY)
  if (tooFew || value.length > most) return mismatch(schema, value, path)
  for (const [i, item] of value.entries()) {
    const node = isTuple(items) ? items[i] : items
    const problem = node ? findProblem(node, item, `${path}[${i}]`) : null
    if (problem) return problem
  }
  return null
}

/** When only one alternative is of the value's kind, what is wrong inside it says more than the list of all. */
function unionProblem(
  schema: SchemaNode,
  branches: readonly SchemaNode[],
  value: unknown,
  path: string,
): Problem | null {
  const problems = branches.map((branch) => findProblem(branch, value, path))
  if (problems.includes(null)) return null
  const kind = Array.isArray(value) ? 'array' : isRecord(value) ? 'object' : undefined
  const same = problems.filter((_, i) => kind !== undefined && branches[i]?.type === kind)
  if (same.length === 1 && same[0]) return same[0]
  const words = branches.flatMap((branch) => branch.enum ?? ('const' in branch ? [branch.const] : []))
  return suggest(words, value, mismatch(schema, value, path))
}

function wordProblem(
  schema: SchemaNode,
  words: readonly unknown[],
  value: unknown,
  path: string,
): Problem | null {
  return words.includes(value) ? null : suggest(words, value, mismatch(schema, value, path))
}

/** Adds the word that was most likely meant. */
function suggest(words: readonly unknown[], value: unknown, problem: Problem): Problem {
  if (typeof value !== 'string') return problem
  const texts = words.filter((word) => typeof word === 'string')
  const meant = nearest(value, texts)
  return meant === undefined
    ? problem
    : { ...problem, message: `${problem.message}; did you mean '${meant}'?` }
}

function mismatch(schema: SchemaNode, value: unknown, path: string): Problem {
  return { path, message: `is ${found(value)}, expected ${expected(schema)}` }
}

/** What a schema takes, in words. */
function expected(schema: SchemaNode): string {
  if (schema.anyOf && schema.description !== undefined) return schema.description
  const plain = plainExpected(schema)
  return schema.description === undefined ? plain : `${plain} (${schema.description})`
}

function plainExpected(schema: SchemaNode): string {
  if (schema.anyOf) {
    const all = schema.anyOf.map(expected)
    return all.length === 1 ? all[0]! : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`
  }
  const words = schema.enum ?? ('const' in schema ? [schema.const] : [])
  if (words.length > 0) return words.map((word) => JSON.stringify(word)).join(' or ')
  switch (schema.type) {
    case 'object':
      return 'an object'
    case 'array':
      return isTuple(schema.items) ? `a list of ${schema.items.length}` : 'a list'
    case 'string':
      return schema.pattern === undefined || schema.description
        ? 'a string'
        : `a string like ${schema.pattern}`
    case 'integer':
      return `a whole number${range(schema)}`
    case 'number':
      return `a number${range(schema)}`
    case 'boolean':
      return 'true or false'
    case 'null':
      return 'null'
  }
  return 'something else'
}

function range({ minimum, maximum }: SchemaNode): string {
  if (minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) {
    return ` from ${minimum} to ${maximum}`
  }
  if (minimum !== undefined) return ` of at least ${minimum}`
  return maximum === undefined ? '' : ` of at most ${maximum}`
}

function isTuple(items: SchemaNode['items']): items is readonly SchemaNode[] {
  return Array.isArray(items)
}

function join(path: string, key: string): string {
  const shown = key.length > 60 ? `${key.slice(0, 57)}...` : key
  const name = /^[\w$-]+$/.test(shown) ? shown : JSON.stringify(shown)
  return path === '' ? name : `${path}.${name}`
}
