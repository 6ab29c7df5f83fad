import { createCipheriv, createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

/** The same `size` bytes for the same seed, every value about as often, no two blocks alike. */
export function bytes(size: number, seed = 1): Buffer {
  const key = Buffer.alloc(16, seed)
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size))
}

/** Writes files below a folder: name to content, or to a size that is filled. */
export async function writeFiles(folder: string, files: Record<string, Uint8Array | number>): Promise<void> {
  let seed = 1
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, typeof content === 'number' ? bytes(content, seed++) : content)
  }
}

export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

/** sha256 of every file below a folder, by its path there. */
export async function sha256All(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const result: Record<string, string> = {}
  for (const entry of entries.sort((a, b) =>
    join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1,
  )) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    result[relative(folder, path)] = await sha256(path)
  }
  return result
}

/** What is wrong below a folder against `expected` (sha256 by path): "missing a", "changed b", "surplus c". */
export async function differences(folder: string, expected: Record<string, string>): Promise<string[]> {
  const found = await sha256All(folder)
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])].sort()
  return names.flatMap((name) => {
    if (found[name] === expected[name]) return []
    const what = found[name] === undefined ? 'missing' : expected[name] === undefined ? 'surplus' : 'changed'
    return [`${what} ${name}`]
  })
}
