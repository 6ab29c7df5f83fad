import { type Allowed, differences } from './differences.ts'
import { ruleOf } from './rules.ts'
import type { Snapshot } from './side.ts'

/** Two values of one path that do not fit. */
export interface Difference {
  scenario: string
  at: string
  path: string
  ours: unknown
  theirs: unknown
  rule: string
  /** The row that allows it. */
  allowed: Allowed | undefined
}

/**
 * Every value of a snapshot by its path: records are gone into, and lists of records; other lists are one value. nil is
 * the same as not there, as in Lua.
 */
export function flatten(value: unknown, path = '', into = new Map<string, unknown>()): Map<string, unknown> {
  const inside = (key: string | number) => (path === '' ? String(key) : `${path}/${key}`)
  if (Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null)) {
    into.set(inside('#'), value.length)
    for (const [i, item] of value.entries()) flatten(item, inside(i), into)
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    // A path on disk is one name, whatever slashes it has.
    for (const [key, item] of Object.entries(value)) flatten(item, inside(key.replaceAll('/', ':')), into)
  } else if (value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0)) {
    into.set(path, value)
  }
  return into
}

/** Holds two snapshots of the same moment against each other. */
export function compare(
  scenario: string,
  at: string,
  ours: Snapshot,
  theirs: Snapshot,
): { compared: number; found: Difference[] } {
  const left = flatten(ours)
  const right = flatten(theirs)
  const paths = new Set([...left.keys(), ...right.keys()])
  const found: Difference[] = []
  for (const path of paths) {
    const rule = ruleOf(path)
    const [a, b] = [left.get(path), right.get(path)]
    if (rule.holds(a, b)) continue
    const difference = { scenario, at, path, ours: a, theirs: b, rule: rule.says }
    found.push({ ...difference, allowed: differences.find((row) => covers(row, difference)) })
  }
  return { compared: paths.size, found }
}

function covers(row: Allowed, { scenario, at, path, ours, theirs }: Omit<Difference, 'allowed'>): boolean {
  const named = (names: string | readonly string[] | undefined, name: string) =>
    names === undefined || [names].flat().includes(name)
  return (
    named(row.scenario, scenario) &&
    named(row.at, at) &&
    row.field.test(path) &&
    fits(row.ours, ours) &&
    fits(row.theirs, theirs)
  )
}

function fits(expected: unknown, value: unknown): boolean {
  if (expected instanceof RegExp) return expected.test(String(value))
  if (typeof expected === 'function') return expected(value) === true
  return JSON.stringify(expected) === JSON.stringify(value)
}
