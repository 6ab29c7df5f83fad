import assert from 'node:assert/strict'
import type { presetMethods } from '../../src/rpc/contract/presets.ts'
import type { CasesOf } from './case.ts'
import { presets } from './world.ts'

/** Presets, and the machine of the daemon. */
export const presetCases: CasesOf<keyof typeof presetMethods> = {
  'presets.list': [
    {
      what: 'lists them by name',
      params: {},
      result: (result) => assert.deepEqual(result.presets, Object.fromEntries(presets)),
    },
    {
      what: 'has each as Porla shows it',
      params: {},
      result: (result) => {
        const { films } = result as unknown as Record<string, object>
        assert.deepEqual(films, {
          ...{ category: 'films', save_path: '/films', session: 'other', storage_mode: 'allocate' },
          ...{ download_limit: null, upload_limit: null, max_connections: null, max_uploads: null },
          ...{ tags: null, $hidden: null },
        })
      },
    },
  ],
  'fs.space': [
    {
      what: 'tells of a folder',
      params: ({ folder }) => ({ path: folder }),
      result: ({ available, capacity, free, quota }) => {
        assert.ok(available > 0 && available <= free && free <= capacity)
        assert.equal(quota, null)
      },
    },
    {
      what: 'says what is not there',
      params: { path: '/nowhere/at/all' },
      error: ['FileSystem', /^\/nowhere\/at\/all: no such file or directory$/],
    },
    {
      what: 'takes absolute paths',
      params: { path: 'x' },
      error: ['InvalidParams', /'x', which is not absolute/],
    },
  ],
}
