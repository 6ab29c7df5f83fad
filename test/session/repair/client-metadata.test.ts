// What a client keeps with a torrent, when its row in the state was damaged.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { putBack } from '../../../src/daemon/session/repair/put-back.ts'
import { Store } from '../../../src/daemon/state/store.ts'
import { openSession, testFolder } from '../harness.ts'

test('a damaged row is set aside alone, and used again if it can be read', async (t) => {
  const folder = testFolder(t)
  const s = openSession(t, { folder })
  const records = ['1', '2'].map((digit) =>
    s.add({ info_hash: digit.repeat(40), metadata: { site: `first ${digit}` } }),
  )
  const [one, two] = records.map(({ row }) => row.id) as [number, number]
  await s.close()
  const sqlite = new DatabaseSync(join(folder, 'state.db'))
  const damage = sqlite.prepare('UPDATE metadata SET content = ? WHERE id = ?')
  damage.run('{"site":"changed"}', one)
  damage.run('{"site":', two)
  sqlite.close()

  const store = new Store(folder, assert.fail)
  t.after(() => store.close())
  assert.equal(store.torrents().length, 2, 'the torrents stay')
  assert.deepEqual([store.metadata(one), store.metadata(two)], [null, null])
  assert.deepEqual(
    store.setAside().map(({ table }) => table),
    ['metadata', 'metadata'],
  )
  const { done, left } = putBack(store, { forget: false })
  assert.equal(done.length, 1, done.join())
  assert.match(left.join(), /content is not a JSON object/)
  assert.deepEqual([store.metadata(one), store.metadata(two)], [{ site: 'changed' }, null])
  store.saveMetadata(two, { site: 'new' })
  putBack(store, { forget: true })
  assert.deepEqual(store.setAside(), [])
  assert.deepEqual(store.metadata(two), { site: 'new' })
})
