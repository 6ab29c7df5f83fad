import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { expandHome } from '../../program/endpoint.ts'
import { ExitCode } from '../../program/exit-codes.ts'
import { Failure } from '../../program/failure.ts'
import { typesFolder } from '../program.ts'
import { print } from './print.ts'

/** Where the typings go, below the folder that the editor opens. */
const place = '.porla-lua/types'
const settingsFile = '.luarc.json'

/** Adds `types [DIR]`. */
export function addTypesCommand(program: Command): void {
  program
    .command('types')
    .description(
      'write typings for the Lua language server into a folder, for completion and checks in an editor',
    )
    .argument('[dir]', 'the folder that the editor opens', '.')
    .addHelpText(
      'after',
      `\nWrites ${place}, and ${settingsFile} or what is missing in the one that is there.`,
    )
    .action(async (dir: string) => {
      const folder = resolve(expandHome(dir, process.env))
      try {
        await writeTypes(folder)
      } catch (error) {
        if (!(error instanceof Error) || !('syscall' in error)) throw error
        throw new Failure(ExitCode.error, `cannot write the typings: ${error.message}`, { cause: error })
      }
    })
}

async function writeTypes(folder: string): Promise<void> {
  const settings = await changedSettings(join(folder, settingsFile))
  const types = join(folder, place)
  await mkdir(folder, { recursive: true })
  // Files of an older version must not stay.
  await rm(types, { recursive: true, force: true })
  await cp(fileURLToPath(typesFolder), types, { recursive: true })
  await writeFile(join(folder, settingsFile), settings)
  print(types)
  print(join(folder, settingsFile))
}

/** The settings of the language server, https://luals.github.io/wiki/settings/: names with dots, or nested. */
interface LuaRc {
  [name: string]: unknown
  workspace?: { library?: unknown }
  runtime?: { version?: unknown }
}

/** The text of a settings file with what the typings need; other settings stay. Throws Failure for one that is not JSON. */
async function changedSettings(path: string): Promise<string> {
  const settings = await readSettings(path)
  const nested = settings.workspace?.library !== undefined
  const library = nested ? settings.workspace?.library : settings['workspace.library']
  const folders = Array.isArray(library) ? library : []
  const all = folders.includes(place) ? folders : [...folders, place]
  if (nested) settings.workspace = { ...settings.workspace, library: all }
  else settings['workspace.library'] = all
  if (settings.runtime?.version === undefined) settings['runtime.version'] ??= 'Lua 5.4'
  return `${JSON.stringify(settings, null, 2)}\n`
}

async function readSettings(path: string): Promise<LuaRc> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const schema = 'https://raw.githubusercontent.com/LuaLS/vscode-lua/master/setting/schema.json'
    return { $schema: schema, 'runtime.version': 'Lua 5.4' }
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as LuaRc
  } catch {
    // It may have comments, which would be lost: the user has to add the line.
  }
  throw new Failure(
    ExitCode.error,
    `${path} is no plain JSON object (a comment?), so it cannot be added to: make it one, or write the typings ` +
      'into another folder and name that in its "workspace.library"',
  )
}
