import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { StateError } from '../../src/daemon/state/error.ts'
import { schemaVersion } from '../../src/daemon/state/migrations.ts'
import type { ProgressRow, TorrentRow } from '../../src/daemon/state/rows.ts'
import { type NewTorrent, Store } from '../../src/daemon/state/store.ts'
import { testFolder } from '../session/harness.ts'

function open(t: TestContext, folder = testFolder(t)): { store: Store; folder: string } {
  const store = new Store(folder, assert.fail)
  t.after(() => store.close())
  return { store, folder }
}

/** Every field has a value that no other field has, so that two of them cannot be mixed up unseen. */
const row: Omit<TorrentRow, 'id'> = {
  session: 'one',
  v1: 'ab'.repeat(20),
  v2: 'cd'.repeat(32),
  name: 'näme with \0 and \u{1f4a5}',
  savePath: '/some/where',
  addedTime: 1001,
  flags: 1002,
  queueKey: 1003,
  category: 'films',
  tags: ['a', 'b"c', ''],
  downloadLimit: 1004,
  uploadLimit: 1005,
  maxConnections: 1006,
  maxUploads: 1007,
  filePriorities: Uint8Array.of(1, 0, 7),
  error: 'broken',
  errorFile: '/some/where/x',
  size: 2 ** 53 - 1,
  total: 1009,
  totalWanted: 1010,
  pieceLength: 1011,
  pieces: 1012,
}
const progress: ProgressRow = {
  files: 2,
  haveCount: 2001,
  done: 2002,
  wantedDone: 2003,
  finished: true,
  completedTime: 2004,
  downloaded: 2 ** 52,
  uploaded: 2005,
  activeMs: 2006.75,
  finishedMs: 2007,
  seedingMs: 2008,
  lastDownload: 2009,
  lastUpload: 2010,
  lastSeenComplete: 2011,
}
const torrent: NewTorrent = {
  row,
  progress,
  swarmSources: {
    trackers: [{ url: 'http://t/announce', tier: 3 }],
    webSeeds: ['http://w/'],
    peers: ['[::1]:5'],
    trackerId: 'x',
  },
  torrentFile: Uint8Array.from({ length: 256 }, (_, i) => i),
  have: Uint8Array.of(0x80, 0xff),
}

test('everything of a torrent comes back after a restart', (t) => {
  const { store, folder } = open(t)
  const { id } = store.addTorrent(torrent)
  assert.equal(store.fileStamps(id), null)
  store.saveFileStamps(id, Uint8Array.of(1))
  store.saveFileStamps(id, Uint8Array.of(2, 3))
  assert.equal(store.metadata(id), null)
  store.saveMetadata(id, { old: 1 })
  store.saveMetadata(id, { site: { id: 5, tags: ['ä', null] } })
  store.close()

  const again = open(t, folder).store
  assert.deepEqual(again.torrents(), [{ row: { ...row, id }, progress: { ...progress, activeMs: 2007 } }])
  assert.deepEqual(again.swarmSources(id), torrent.swarmSources)
  assert.deepEqual(again.torrentFile(id), torrent.torrentFile)
  assert.deepEqual(again.have(id), torrent.have)
  assert.deepEqual(again.fileStamps(id), Uint8Array.of(2, 3))
  assert.deepEqual(again.metadata(id), { site: { id: 5, tags: ['ä', null] } })
  again.removeTorrent(id)
  assert.equal(again.metadata(id), null)
})

test('changes reach exactly the fields they name', (t) => {
  const { store } = open(t)
  const first = store.addTorrent(torrent)
  const second = store.addTorrent({ ...torrent, row: { ...row, session: 'two' } })
  store.updateTorrent(second.id, { category: null, tags: [], queueKey: null, error: null, name: 'new' })
  store.saveProgress(first.id, { ...progress, finished: false, done: 5 })
  store.saveHave(first.id, null)
  store.saveTorrentFile(second.id, Uint8Array.of(1))
  const [one, two] = store.torrents().sort((a, b) => a.row.id - b.row.id)
  assert.deepEqual(one?.row, first)
  assert.deepEqual(one?.progress, { ...progress, activeMs: 2007, finished: false, done: 5 })
  assert.deepEqual(two?.row, {
    ...second,
    category: null,
    tags: [],
    queueKey: null,
    error: null,
    name: 'new',
  })
  assert.equal(store.have(first.id), null)
  assert.deepEqual(store.have(second.id), torrent.have)
  assert.deepEqual(store.torrentFile(second.id), Uint8Array.of(1))
})

test('a removed torrent leaves nothing behind in any table', (t) => {
  const { store, folder } = open(t)
  const { id } = store.addTorrent(torrent)
  store.saveFileStamps(id, Uint8Array.of(1))
  const removal = { session: 'one', v1: row.v1, savePath: '/x', torrentFile: Uint8Array.of(1, 2) }
  store.transaction(() => {
    store.removeTorrent(id)
    store.addRemoval(removal)
  })
  const [kept] = store.removals()
  assert.deepEqual({ ...kept, id: 0 }, { ...removal, id: 0 })
  store.removalDone(kept!.id)
  store.close()
  const sqlite = new DatabaseSync(join(folder, 'state.db'))
  for (const table of ['torrents', 'progress', 'bitfields', 'sources', 'removals', 'file_stamps']) {
    assert.equal(sqlite.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n, 0, table)
  }
  sqlite.close()
})

test('the same torrent may be in two sessions, but not twice in one', (t) => {
  const { store } = open(t)
  store.addTorrent(torrent)
  store.addTorrent({ ...torrent, row: { ...row, session: 'two' } })
  assert.throws(() => store.addTorrent(torrent), /UNIQUE/)
  assert.equal(store.torrents().length, 2)
})

test('a transaction that throws changes nothing', (t) => {
  const { store } = open(t)
  const { id } = store.addTorrent(torrent)
  assert.throws(
    () =>
      store.transaction(() => {
        store.updateTorrent(id, { name: 'half' })
        throw new Error('no')
      }),
    /^Error: no$/,
  )
  assert.equal(store.torrents()[0]?.row.name, row.name)
  store.updateTorrent(id, { name: 'whole' })
  assert.equal(store.torrents()[0]?.row.name, 'whole')
})

test('settings keep their type, by session', (t) => {
  const { store } = open(t)
  store.saveSettings('one', { a: true, b: -7, c: 'text', d: 1 })
  store.saveSettings('two', { a: false })
  store.saveSettings('one', { b: 8 })
  store.forgetSettings('one', ['d', 'nothing'])
  assert.deepEqual(store.settings('one'), { a: true, b: 8, c: 'text' })
  assert.deepEqual(store.settings('two'), { a: false })
})

test('the files are for the owner alone', (t) => {
  const folder = join(testFolder(t), 'deep', 'state')
  const { store } = open(t, folder)
  store.addTorrent(torrent)
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  for (const name of ['state.db', 'state.db-wal']) {
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name)
  }
})

test('what was acknowledged survives kill -9', (t) => {
  const folder = testFolder(t)
  const url = new URL('../../src/daemon/state/store.ts', import.meta.url)
  const program = `
    import { Store } from ${JSON.stringify(url.href)}
    const store = new Store(${JSON.stringify(folder)}, () => {})
    const torrent = JSON.parse(process.argv[1])
    torrent.row.filePriorities = null
    for (let i = 0; i < 100; i++) {
      torrent.row.v1 = String(i)
      store.addTorrent(torrent)
      store.updateTorrent(i + 1, { tags: ['t' + i] })
    }
    process.kill(process.pid, 'SIGKILL')`
  const plain = JSON.stringify({ ...torrent, torrentFile: null, have: null })
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', program, plain], {
    timeout: 20_000,
  })
  assert.equal(signal, 'SIGKILL')
  const rows = open(t, folder).store.torrents()
  assert.equal(rows.length, 100)
  for (const { row } of rows) assert.deepEqual(row.tags, [`t${row.v1}`])
})

test('the log is synced by a timer, only after a commit, and a failure is told', async (t) => {
  const folder = testFolder(t)
  const errors: string[] = []
  const store = new Store(folder, (error) => errors.push(error.message))
  t.after(() => store.close())
  // SQLite keeps its log open; the timer looks for it by name, and misses it if it looks.
  unlinkSync(join(folder, 'state.db-wal'))
  await sleep(1200)
  assert.deepEqual(errors, [])
  store.saveSettings('one', { a: 1 })
  await sleep(1200)
  assert.match(errors.join(), /ENOENT.*state\.db-wal/)
})

function damagedBy(path: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof StateError)
    assert.equal(error.kind, 'damaged')
    assert.ok(error.message.includes(path), error.message)
    assert.match(error.message, /daemon restore.*--accept-loss/)
    return true
  }
}

test('a file that is no database is refused and left alone', (t) => {
  const folder = testFolder(t)
  const path = join(folder, 'state.db')
  writeFileSync(path, 'this is not a database, but it is longer than a header of one hundred bytes'.repeat(3))
  const before = readFileSync(path)
  assert.throws(() => new Store(folder, assert.fail), damagedBy(path))
  assert.deepEqual(readFileSync(path), before)
})

test('a file with overwritten pages is refused and left alone', (t) => {
  const { store, folder } = open(t)
  for (let i = 0; i < 500; i++) store.addTorrent({ ...torrent, row: { ...row, v1: `${i}` } })
  store.close()
  const path = join(folder, 'state.db')
  const bytes = readFileSync(path)
  bytes.fill(0xa5, 4096)
  writeFileSync(path, bytes)
  assert.throws(() => {
    const broken = new Store(folder, assert.fail)
    try {
      broken.torrents()
    } finally {
      broken.close()
    }
  }, damagedBy(path))
  assert.ok(existsSync(path))
})

test('a newer schema is refused with both versions', (t) => {
  const { store, folder } = open(t)
  store.close()
  const sqlite = new DatabaseSync(join(folder, 'state.db'))
  sqlite.exec('PRAGMA user_version = 99')
  sqlite.close()
  assert.throws(
    () => new Store(folder, assert.fail),
    (error) =>
      error instanceof StateError &&
      error.kind === 'newer' &&
      error.message.includes('schema 99') &&
      error.message.includes(`knows ${schemaVersion}`),
  )
})

test('another program reads the state while it is open, and what it sees is whole', (t) => {
  const { store, folder } = open(t)
  store.addTorrent(torrent)
  const program = `
    import { DatabaseSync } from 'node:sqlite'
    const sqlite = new DatabaseSync(process.argv[1], { readOnly: true })
    console.log(sqlite.prepare('SELECT name FROM torrents').get().name)`
  const { stdout } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', program, join(folder, 'state.db')],
    { timeout: 20_000 },
  )
  assert.equal(String(stdout), `${row.name}\n`)
  store.updateTorrent(1, { name: 'and writing goes on' })
})
