import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the sources. */
export const src = fileURLToPath(new URL('../../src', import.meta.url))

/** Every source, as a path below `src`, sorted. */
export const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .sort()

/** What a file imports: static, dynamic and type imports alike, as written there. */
export function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  const pattern = /(?:from\s*|import\s*\(?\s*|require\()\s*['"]([^'"]+)['"]/g
  return [...text.matchAll(pattern)].map((match) => match[1] as string)
}

/** The file of src that a relative specifier leads to, as a path below src. */
export function targetOf(file: string, specifier: string): string {
  return relative(src, resolve(src, dirname(file), specifier))
}

/** Every source and the sources that it imports. */
export function fileGraph(): Map<string, string[]> {
  const ofSrc = (file: string) => importsOf(file).filter((specifier) => specifier.startsWith('.'))
  return new Map(files.map((file) => [file, ofSrc(file).map((specifier) => targetOf(file, specifier))]))
}
