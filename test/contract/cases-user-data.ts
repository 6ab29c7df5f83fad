import assert from 'node:assert/strict'
import type { userDataMethods } from '../../src/rpc/contract/user-data.ts'
import { type CasesOf, torrent } from './case.ts'

/** Category and tags. */
export const userDataCases: CasesOf<keyof typeof userDataMethods> = {
  'torrents.userdata.get': [
    {
      what: 'gives category and tags',
      params: torrent,
      result: (result) => assert.deepEqual(result, { category: null, tags: ['first'] }),
    },
  ],
  'torrents.userdata.update': [
    {
      what: 'changes what is given',
      params: { ...torrent, category: '', add_tags: ['b', 'b'], remove_tags: ['first'] },
      result: (result) => assert.deepEqual(result, { category: '', tags: ['b'] }),
    },
    {
      what: 'replaces the tags',
      params: { ...torrent, tags: ['x', 'x', 'y'], category: null },
      result: (result) => assert.deepEqual(result, { category: null, tags: ['x', 'y'] }),
    },
  ],
}
