import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PieceBytes } from '../../src/daemon/engine/host/pieces/piece-bytes.ts'
import { file, makeTorrent } from './support/data.ts'

test('bytes of a piece: padding never counts', () => {
  const block = 16384
  const { meta } = makeTorrent(
    [
      file('t/a', block + 100),
      { path: 't/.pad/x', bytes: new Uint8Array(block - 100), attr: 'p' },
      file('t/b', 2 * block),
    ],
    4 * block,
  )
  const bytes = new PieceBytes(meta)
  assert.equal(bytes.real(0), 3 * block + 100)
})
