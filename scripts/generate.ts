// Writes what is made from the tables of the API and the contract: `npm run generate`. A test compares.

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generatedFiles } from './generate/files.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
await rm(join(root, 'types'), { recursive: true, force: true })
for (const [name, text] of generatedFiles()) {
  const path = join(root, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
  process.stdout.write(`${name}\n`)
}
