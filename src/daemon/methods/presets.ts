import { statfs } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { getSystemErrorMessage } from 'node:util'
import type { Preset } from '../../program/config/types.ts'
import { nearest } from '../../program/nearest.ts'
import type { Handlers, Params } from '../../rpc/contract/index.ts'
import type { presetMethods } from '../../rpc/contract/presets.ts'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'

/** The presets of the configuration, by name. */
export type Presets = ReadonlyMap<string, Preset>

/** A preset of Porla that sets nothing. */
const unset = {
  category: null,
  download_limit: null,
  max_connections: null,
  max_uploads: null,
  save_path: null,
  session: null,
  tags: null,
  upload_limit: null,
  $hidden: null,
}

/** Handlers of `presets.*` and `fs.*`. */
export function presetHandlers(presets: Presets): Pick<Handlers, keyof typeof presetMethods> {
  return {
    'presets.list': () => ({
      // as Porla has it: each by its name; one that is called `presets` is only in the list of all
      ...Object.fromEntries([...presets].map(([name, preset]) => [name, { ...unset, ...preset }])),
      presets: Object.fromEntries(presets),
    }),
    'fs.space': async ({ path }) => {
      if (!isAbsolute(path)) {
        throw new RpcError(ErrorCode.InvalidParams, `fs.space: 'path' is '${path}', which is not absolute`, {
          path: 'path',
        })
      }
      try {
        const { bavail, blocks, bfree, bsize } = await statfs(path)
        return { available: bavail * bsize, capacity: blocks * bsize, free: bfree * bsize, quota: null }
      } catch (error) {
        const { errno, message } = error as NodeJS.ErrnoException
        const reason = errno === undefined ? message : getSystemErrorMessage(errno)
        throw new RpcError(ErrorCode.FileSystem, `${path}: ${reason}`, { path }, { cause: error })
      }
    },
  }
}

/**
 * Parameters of `torrents.add` with what the presets say in place of what was left out: first `default`, then the named
 * one, as in Porla. Only for a caller who names one: scripts and programs use the same method, and to a script presets
 * mean nothing. Throws InvalidValue for a name that is none, and InvalidParams when there is no save path.
 */
export function withPreset(
  params: Params<'torrents.add'>,
  presets: Presets,
): Params<'torrents.add'> & { save_path: string } {
  const { preset: name, ...given } = params
  const filled = { ...(name !== undefined && valuesOf(name, presets)), ...given }
  const { save_path } = filled
  if (save_path === undefined) {
    const where = name === undefined ? '' : `, and the preset '${name}' has none`
    throw new RpcError(ErrorCode.InvalidParams, `torrents.add: 'save_path' is missing${where}`, {
      path: 'save_path',
    })
  }
  return { ...filled, save_path }
}

/** How files are allocated is not a matter of a torrent here, and who is offered a preset not of the daemon. */
function valuesOf(name: string, presets: Presets): Omit<Preset, 'storage_mode' | '$hidden'> {
  const named = presets.get(name)
  if (named === undefined) {
    const meant = nearest(name, [...presets.keys()])
    throw new RpcError(
      ErrorCode.InvalidValue,
      `the configuration has no preset '${name}'${meant ? `; did you mean '${meant}'?` : ''}`,
      { path: 'preset' },
    )
  }
  const { storage_mode: _, $hidden: __, ...values } = { ...presets.get('default'), ...named }
  return values
}
