import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Outcome, type RunOptions, root, run } from './program.ts'

/** The words that start `porla-lua` from its sources under Node. */
export const sourceProgram = [join(root, 'test/helpers/source-main.ts')]

/** A folder for one test, removed behind it. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'porla-lua-test-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Runs Lua code as a script file in a folder of its own, which is the current one. */
export async function runLua(
  t: TestContext,
  code: string | Uint8Array,
  options: RunOptions & { args?: string[]; words?: string[] } = {},
): Promise<Outcome> {
  const folder = options.cwd ?? (await temporaryFolder(t))
  const script = join(folder, 'script.lua')
  await writeFile(script, code)
  const words = [...sourceProgram, ...(options.words ?? []), script, ...(options.args ?? [])]
  return await run(process.execPath, words, { ...options, cwd: folder })
}
