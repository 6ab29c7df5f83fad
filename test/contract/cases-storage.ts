import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { storageMethods } from '../../src/rpc/contract/storage.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { type CasesOf, magnet, statusOf, torrent } from './case.ts'

/** Where files are. */
export const storageCases: CasesOf<keyof typeof storageMethods> = {
  'torrents.move': [
    {
      what: 'moves to a folder that is made',
      params: (world) => ({ ...torrent, path: join(world.folder, 'moved') }),
      result: async (_, world) => {
        await waitUntil('it has moved', async () => !(await statusOf(world)).moving_storage)
        assert.equal((await statusOf(world)).save_path, join(world.folder, 'moved'))
        assert.ok(existsSync(join(world.folder, 'moved')))
      },
    },
    {
      what: 'only changes the path before metadata',
      params: { ...magnet, path: '/nowhere/at all' },
      result: async (_, world) => {
        const { save_path, moving_storage } = await statusOf(world, magnet)
        assert.deepEqual([save_path, moving_storage], ['/nowhere/at all', false])
      },
    },
    {
      what: 'says which of the flags of Porla it cannot do',
      params: { ...torrent, path: '/nowhere', flags: 'fail_if_exist' },
      error: ['InvalidValue', /'fail_if_exist'.*always replaced/],
    },
    {
      what: 'refuses a relative path',
      params: { ...torrent, path: 'data' },
      error: ['InvalidParams', /torrents\.move: 'path'.*not absolute/],
    },
  ],
}
