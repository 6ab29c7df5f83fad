import assert from 'node:assert/strict'
import { test } from 'node:test'
import { select } from '../../src/daemon/engine/host/pieces/selection.ts'
import { file, makeTorrent } from './support/data.ts'

test('file priorities become ranges of pieces', () => {
  // pieces of 10: a 0..14, pad 15..29, b 30..39, empty, c 40..54
  const { meta } = makeTorrent(
    [
      file('t/a', 15),
      { path: 't/.pad/15', bytes: new Uint8Array(15), attr: 'p' },
      file('t/b', 10),
      file('t/e', 0),
      file('t/c', 15),
    ],
    10,
  )
  const ranges = (...priorities: number[]) =>
    select(meta, priorities).ranges.map(({ from, to, priority }) => `${from}-${to}:${priority}`)
  assert.deepEqual(ranges(), ['0-5:4'])
  assert.deepEqual(ranges(1), ['0-2:1', '3-5:4'])
  assert.deepEqual(ranges(0, 7, 4, 4, 4), ['3-5:4'])
  assert.deepEqual(ranges(4, 4, 0, 7, 4), ['0-2:4', '4-5:4'])
  assert.deepEqual(ranges(1, 1, 7, 0, 99), ['0-2:1', '3-5:7'])
  assert.deepEqual(ranges(0, 0, 0, 0, 0), [])
})

test('a piece shared by two files takes the higher priority', () => {
  const { meta } = makeTorrent([file('t/a', 15), file('t/b', 15)], 10)
  assert.deepEqual([...select(meta, [1, 5]).pieces], [1, 5, 5])
  assert.deepEqual([...select(meta, [5, 0]).pieces], [5, 5, 0])
})
