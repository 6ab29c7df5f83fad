import { linkSync, mkdirSync, rmdirSync, symlinkSync, utimesSync } from 'node:fs'
import type { Api, ApiModule, StaticMember } from '../api/describe.ts'
import { systemFailure } from '../stdlib/errno.ts'
import { checkFileName, checkOption, pathOf, readable } from '../stdlib/names.ts'
import { pushOutcome, pushReason } from '../stdlib/results.ts'
import type { State } from '../vm/c-api.ts'
import { ArgumentError } from '../vm/errors.ts'
import { attributesType, pushAttributes } from './lfs/attributes.ts'
import { changeFolder } from './lfs/chdir.ts'
import { directoryClass, pushDirectory } from './lfs/directory.ts'
import { checkFile, lockClass, pushDirectoryLock, pushNoLocks } from './lfs/locks.ts'

function fn(name: string, signature: string, doc: string, call: StaticMember['call']): StaticMember {
  return { kind: 'static', name, signature, doc, origin: 'own', call }
}

const done = 'true, or nil, a message and the error’s number.'

/** Unix seconds of an argument; `otherwise` when it is absent. */
function time(api: Api, L: State, arg: number, otherwise: number): number {
  return api.lua.isNoneOrNil(L, arg) ? otherwise : api.lua.checkNumber(L, arg)
}

function chdir(api: Api, L: State): number {
  const path = checkFileName(api.lua, L, 1)
  try {
    changeFolder(api, readable(path))
  } catch (error) {
    // The prompt runs the VM in a thread, and the current folder is the process's.
    const inThread = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_UNSUPPORTED_OPERATION'
    const reason = inThread ? 'not possible at the prompt; a script can' : systemFailure(error)?.message
    if (reason === undefined) throw error
    api.lua.pushNil(L)
    api.lua.pushExact(L, `Unable to change working directory to '${readable(path)}'\n${reason}\n`)
    return 2
  }
  api.lua.pushBoolean(L, true)
  return 1
}

function currentFolder(api: Api, L: State): number {
  try {
    process.cwd()
    api.lua.pushExact(L, api.cwd())
    return 1
  } catch (error) {
    return pushReason(api.lua, L, error)
  }
}

export const modules: readonly ApiModule[] = [
  {
    name: 'lfs',
    doc: 'LuaFileSystem 1.8’s functions, which many Lua libraries want, over the machine the script runs on.',
    origin: 'own',
    classes: [directoryClass, lockClass],
    members: [
      fn(
        'attributes',
        `(path: string, request?: string|table): ${attributesType}|string|integer|nil, string?, integer?`,
        'What is known of a file, all in a table (the given one or a new one) or the one thing of a name: sizes in ' +
          'bytes, times in unix seconds, `mode` such as "file", "directory", "link", `permissions` such as ' +
          '"rw-r--r--". nil, a message and the error’s number when it cannot be looked at.',
        (api, L) => pushAttributes(api, L, false),
      ),
      fn(
        'symlinkattributes',
        `(path: string, request?: string|table): ${attributesType}|string|integer|nil, string?, integer?`,
        'As `attributes`, but of a link itself, with `target`, what it points to.',
        (api, L) => pushAttributes(api, L, true),
      ),
      fn(
        'chdir',
        '(path: string): boolean?, string?',
        'Changes the current folder. true, or nil and a message.',
        chdir,
      ),
      fn(
        'currentdir',
        '(): string?, string?',
        'The current folder; nil and a message when it is gone.',
        currentFolder,
      ),
      fn(
        'dir',
        '(path: string): fun(): string?, Directory, nil, Directory',
        'For `for name in lfs.dir(path) do`: all names in a folder, "." and ".." too. Raises an error when it ' +
          'cannot be read.',
        pushDirectory,
      ),
      fn('mkdir', '(path: string): boolean?, string?, integer?', `Makes a folder. ${done}`, (api, L) => {
        const path = checkFileName(api.lua, L, 1)
        // A shell would have replaced it, so nobody means a folder of that name.
        if (/^~(\/|$)/.test(path)) {
          throw new ArgumentError(1, "'~' is the home folder for a shell only; os.getenv('HOME') has it")
        }
        // LuaFileSystem's own mode: rwxrwxr-x, less the umask.
        return pushOutcome(api.lua, L, () => mkdirSync(pathOf(path), { mode: 0o775 }))
      }),
      fn(
        'rmdir',
        '(path: string): boolean?, string?, integer?',
        `Removes an empty folder. ${done}`,
        (api, L) => {
          const path = checkFileName(api.lua, L, 1)
          return pushOutcome(api.lua, L, () => rmdirSync(pathOf(path)))
        },
      ),
      fn(
        'touch',
        '(path: string, access?: number, modification?: number): boolean?, string?, integer?',
        `Sets the times of a file, unix seconds; without them it is now, and the second is as the first. ${done}`,
        (api, L) => {
          const path = checkFileName(api.lua, L, 1)
          const access = time(api, L, 2, Date.now() / 1000)
          const modification = time(api, L, 3, access)
          return pushOutcome(api.lua, L, () => utimesSync(pathOf(path), access, modification))
        },
      ),
      fn(
        'link',
        '(old: string, new: string, symbolic?: boolean): boolean?, string?, integer?',
        `Makes a second name for a file, or a symbolic link. ${done}`,
        (api, L) => {
          const [old, path] = [checkFileName(api.lua, L, 1), checkFileName(api.lua, L, 2)]
          const make = api.raw._lua_toboolean(L, 3) ? symlinkSync : linkSync
          return pushOutcome(api.lua, L, () => make(pathOf(old), pathOf(path)))
        },
      ),
      fn(
        'setmode',
        '(file: file*, mode: "binary"|"text"): boolean, string',
        'Changes nothing, as everywhere but on Windows: true and "binary".',
        (api, L) => {
          checkFile(api, L, 1)
          checkOption(api.lua, L, 2, ['binary', 'text'])
          api.lua.pushBoolean(L, true)
          api.lua.pushText(L, 'binary')
          return 2
        },
      ),
      fn(
        'lock',
        '(file: file*, mode: "r"|"w", start?: integer, length?: integer): nil, string, integer',
        'Not possible here: nil, a message and a number, always. `lock_dir` and `porla-lua --lock` are.',
        (api, L) => {
          checkFile(api, L, 1)
          checkOption(api.lua, L, 2, ['r', 'w'])
          return pushNoLocks(api, L)
        },
      ),
      fn(
        'unlock',
        '(file: file*, start?: integer, length?: integer): nil, string, integer',
        'Not possible here: nil, a message and a number, always.',
        (api, L) => {
          checkFile(api, L, 1)
          return pushNoLocks(api, L)
        },
      ),
      fn(
        'lock_dir',
        '(path: string, seconds_stale?: number): DirectoryLock?, string?',
        'Locks a folder with a link `lockfile.lfs` in it, which stays when the script is killed; how stale it may ' +
          'be is not looked at, as everywhere but on Windows. nil and a message when it is locked.',
        pushDirectoryLock,
      ),
      {
        kind: 'constant',
        name: '_VERSION',
        doc: 'Which LuaFileSystem it is like.',
        origin: 'own',
        value: 'LuaFileSystem 1.8.0',
      },
    ],
  },
]
