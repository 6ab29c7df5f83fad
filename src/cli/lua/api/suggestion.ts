import { nearest } from '../../../program/nearest.ts'

/** `; did you mean 'x'?` for a misspelt name, or nothing when no name is near. */
export function suggestion(name: string, names: Iterable<string>): string {
  const meant = nearest(name, names)
  return meant === undefined ? '' : `; did you mean '${meant}'?`
}
