import { existsSync, readdirSync, statfsSync } from 'node:fs'
import { pushList } from '../api/convert.ts'
import type { Api, ApiModule } from '../api/describe.ts'
import { absolutePath, checkPlace } from '../api/paths.ts'
import { systemFailure } from '../stdlib/errno.ts'
import { checkFileName, pathOf, pushByteString, readable } from '../stdlib/names.ts'
import { encodeExact } from '../vm/byte-text.ts'
import { LuaError } from '../vm/errors.ts'

/** What is behind the last slash. */
const lastName = (path: string) => path.slice(path.lastIndexOf('/') + 1)

/** As std::filesystem::path::extension: none for `.`, `..` and a name whose only dot is its first character. */
function extension(path: string): string {
  const name = lastName(path)
  const dot = name.lastIndexOf('.')
  return dot <= 0 || name === '..' ? '' : name.slice(dot)
}

function failed(what: string, path: string, error: unknown): LuaError {
  const failure = systemFailure(error)
  if (failure === undefined) throw error
  return new LuaError(`${what} '${readable(path)}': ${failure.message}`)
}

function pushSpace(api: Api, L: number, path: string): void {
  const { bavail, blocks, bfree, bsize } = statfsSync(pathOf(path), { bigint: true })
  api.raw._lua_createtable(L, 0, 3)
  for (const [name, count] of Object.entries({ available: bavail, capacity: blocks, free: bfree })) {
    api.raw._lua_pushinteger(L, count * bsize)
    api.raw._lua_setfield(L, -2, api.lua.name(name))
  }
}

export const modules: readonly ApiModule[] = [
  {
    name: 'fs',
    doc: 'Files of the machine that the script runs on. `lfs` and `io` do more. Paths are bytes; `~` at the start of one is the home folder, unlike in `io` and `lfs`.',
    origin: 'porla',
    members: [
      {
        kind: 'static',
        name: 'abs',
        signature: '(path: string): string',
        doc: 'The absolute path: the current folder in front of a relative one. `..` stays, and nothing has to exist.',
        origin: 'porla',
        call: (api, L) => {
          const path = checkPlace(api, L, 1)
          if (path.startsWith('/')) pushByteString(api.lua, L, path)
          else {
            const cwd = encodeExact(api.cwd()).toString('latin1')
            pushByteString(api.lua, L, path === '' ? cwd : `${cwd === '/' ? '' : cwd}/${path}`)
          }
          return 1
        },
      },
      {
        kind: 'static',
        name: 'normal',
        signature: '(path: string): string',
        doc:
          'The absolute path as save paths are kept, so that two spellings of a folder compare as equal: without `.`, ' +
          '`..`, doubled slashes and one at the end, and with the home folder for `~`. Nothing has to exist.',
        origin: 'own',
        call: (api, L) => {
          api.lua.pushText(L, absolutePath(api, api.lua.checkText(L, 1)))
          return 1
        },
      },
      {
        kind: 'static',
        name: 'dir',
        signature: '(path: string): string[]',
        doc:
          'What is in a folder, files and folders, each as `path/name`, in no order, without what lies deeper. ' +
          'Raises an error when the folder cannot be read.',
        origin: 'porla',
        call: (api, L) => {
          const path = checkPlace(api, L, 1)
          let names: string[]
          try {
            names = readdirSync(pathOf(path), { encoding: 'latin1' })
          } catch (error) {
            throw failed('cannot read the folder', path, error)
          }
          const front = path.endsWith('/') ? path : `${path}/`
          pushList(api.lua, L, names, (name) => pushByteString(api.lua, L, front + name))
          return 1
        },
      },
      {
        kind: 'static',
        name: 'exists',
        signature: '(path: string): boolean',
        doc: 'Whether there is something at a path; false for a link to nothing.',
        origin: 'porla',
        call: (api, L) => {
          api.lua.pushBoolean(L, existsSync(pathOf(checkPlace(api, L, 1))))
          return 1
        },
      },
      {
        kind: 'static',
        name: 'ext',
        signature: '(path: string): string',
        doc: 'The last extension with its dot: ".gz" of `a/b.tar.gz`, "." of `a.`, "" of `a` and `.bashrc`.',
        origin: 'porla',
        call: (api, L) => {
          pushByteString(api.lua, L, extension(checkFileName(api.lua, L, 1)))
          return 1
        },
      },
      {
        kind: 'static',
        name: 'space',
        signature: '(path: string): {available: integer, capacity: integer, free: integer}?, string?',
        doc:
          'Bytes of the file system that a path lies on: `capacity` in all, `free`, and the part of that which is ' +
          '`available` without special rights. nil and a message when the path is not there.',
        origin: 'porla',
        call: (api, L) => {
          const path = checkPlace(api, L, 1)
          try {
            pushSpace(api, L, path)
            return 1
          } catch (error) {
            const { message } = failed('cannot see the space of', path, error)
            api.lua.pushNil(L)
            api.lua.pushText(L, message)
            return 2
          }
        },
      },
    ],
  },
]
