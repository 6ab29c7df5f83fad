// Files of every schema that there was, each written by the code of its time, are carried forward. A new schema needs a
// file of its own: schemas/make.ts writes it.

import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { schemaVersion } from '../../src/daemon/state/migrations.ts'
import { Store } from '../../src/daemon/state/store.ts'
import { testFolder } from '../session/harness.ts'
import { oldTorrents, seedFile } from './schemas/content.ts'

const schemas = new URL('./schemas/', import.meta.url)

for (let version = 1; version <= schemaVersion; version++) {
  test(`a state of schema ${version} is carried forward`, (t) => {
    const folder = join(testFolder(t), 'state')
    mkdirSync(folder, { mode: 0o700 })
    const bytes = gunzipSync(readFileSync(new URL(`${version}.db.gz`, schemas)))
    writeFileSync(join(folder, 'state.db'), bytes, { mode: 0o600 })
    // The second time nothing is new to it.
    for (const time of ['first', 'second']) {
      const store = new Store(folder, assert.fail)
      const [one, two] = store.takeTorrents()
      const expected = oldTorrents.map(({ row, progress }, i) => ({ row: { ...row, id: i + 1 }, progress }))
      assert.deepEqual([one, two], expected, time)
      assert.deepEqual(store.swarmSources(1), oldTorrents[0]?.swarmSources)
      assert.deepEqual(store.torrentFile(2), seedFile.bytes)
      assert.deepEqual(store.have(2), Uint8Array.of(0x80))
      assert.deepEqual(store.settings('default'), { active_downloads: 7 })
      assert.deepEqual(
        store.removals().map(({ v1, savePath }) => [v1, savePath]),
        [[seedFile.v1, '/gone']],
      )
      assert.deepEqual(
        store.moves().map(({ torrent, target }) => [torrent, target]),
        version >= 2 ? [[1, '/elsewhere']] : [],
      )
      assert.equal(store.isPaused('other'), version >= 3)
      assert.deepEqual(store.fileStamps(2), version >= 4 ? Uint8Array.of(1, 2, 3) : null)
      assert.deepEqual(store.metadata(1), version >= 6 ? { note: 'mine' } : null)
      assert.deepEqual(store.setAside(), [])
      store.close()
    }
    const copies = existsSync(join(folder, 'backups')) ? readdirSync(join(folder, 'backups')) : []
    assert.equal(copies.length, version < schemaVersion ? 1 : 0, 'it was copied before')
    for (const name of copies) {
      const copy = new DatabaseSync(join(folder, 'backups', name), { readOnly: true })
      assert.equal(copy.prepare('PRAGMA user_version').get()?.user_version, version)
      assert.equal(copy.prepare('SELECT count(*) AS n FROM torrents').get()?.n, 2)
      copy.close()
    }
  })
}

test('a state of a schema without sums may have damaged rows: they are set aside on the way', (t) => {
  const folder = join(testFolder(t), 'state')
  mkdirSync(folder, { mode: 0o700 })
  writeFileSync(join(folder, 'state.db'), gunzipSync(readFileSync(new URL('3.db.gz', schemas))), {
    mode: 0o600,
  })
  const sqlite = new DatabaseSync(join(folder, 'state.db'))
  sqlite.exec(`UPDATE torrents SET tags = '["a' WHERE id = 1; UPDATE settings SET value = 'nil'`)
  sqlite.close()
  const store = new Store(folder, assert.fail)
  t.after(() => store.close())
  assert.deepEqual(
    store.takeTorrents().map(({ row }) => row.name),
    ['two'],
  )
  const aside = store.setAside().filter(({ id, bundle }) => id === bundle)
  assert.deepEqual(
    aside.map(({ table, reason }) => [table, reason]),
    [
      ['torrents', 'tags is not a JSON array of texts'],
      ['settings', 'value is not a JSON value of a setting'],
    ],
  )
})
