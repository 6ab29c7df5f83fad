/** What a value is, in words, however long it may be. */
export function found(value: unknown): string {
  if (typeof value === 'string') {
    return value.length <= 60
      ? `the string ${JSON.stringify(value)}`
      : `a string of ${value.length} characters`
  }
  if (typeof value === 'number' || typeof value === 'boolean') return `${value}`
  if (value === null) return 'null'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`
  if (value instanceof Date) return 'a date'
  return value === undefined ? 'missing' : `an ${typeof value}`
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
