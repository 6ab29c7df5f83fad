import assert from 'node:assert/strict'
import type { peerMethods } from '../../src/rpc/contract/peers.ts'
import { type CasesOf, magnet, torrent } from './case.ts'

/** Peers of torrents that do not run; test/engine/peer-info.test.ts and the rows of the API have real ones. */
export const peerCases: CasesOf<keyof typeof peerMethods> = {
  'torrents.peers.list': [
    {
      what: 'lists none while it does not run',
      params: torrent,
      result: ({ peers }) => assert.deepEqual(peers, []),
    },
  ],
  'torrents.pieces.availability': [
    {
      what: 'counts nobody while it does not run',
      params: torrent,
      result: ({ availability }) => assert.deepEqual(availability, [0, 0, 0, 0]),
    },
    {
      what: 'lists none before metadata',
      params: magnet,
      result: ({ availability }) => assert.deepEqual(availability, []),
    },
  ],
}
