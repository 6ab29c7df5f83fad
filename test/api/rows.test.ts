// Every row of the API against the real program: libtorrent's meaning, one check a row (rows/*.lua). `npm run test:api`.

import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { apiClasses, apiModules } from '../../src/cli/lua/api/index.ts'
import { startDaemon } from '../helpers/daemon.ts'
import { launcher, root } from '../helpers/program.ts'
import { startTracker } from '../helpers/tracker.ts'
import { digest, leaf, type Members, torrent, v1Info } from '../metainfo/build.ts'
import { referenceRows } from './rows/reference.ts'
import { type Row, rowsOf } from './rows/result.ts'

/** A copy of the reference in Markdown, if there is one: its tables are then compared with the rows, name by name. */
const reference = process.env.LUA_API_REFERENCE

const documented = [...apiClasses, ...apiModules].flatMap(({ name, members }) =>
  members.map((member) => `${name}.${member.name}`),
)

/** Torrent files that no program of this project makes. */
async function writeTorrents(folder: string): Promise<void> {
  const pad = (size: number): [string[], number, Members] => [['.pad', `${size}`], size, { attr: 'p' }]
  const v1 = v1Info([[['a'], 20000], pad(12768), [['d', 'b'], 5], pad(16379), [['d', 'empty'], 0]])
  const tree = { a: leaf(20000), d: { b: leaf(5), empty: leaf(0) } }
  const v2 = { name: 't', 'piece length': 16384, 'meta version': 2, 'file tree': tree }
  const url = (path: string) => `http://127.0.0.1:1/${path}`
  const tiers = [[url('a'), url('b')], ['udp://127.0.0.1:1']]
  // keys that no encoder would write in this order
  const keys = `d6:pieces20:${'p'.repeat(20)}12:piece lengthi16384e4:name8:unsorted6:lengthi5ee`
  const unsorted = Buffer.from(`d4:info${keys}e`)
  await writeFile(join(folder, 'unsorted.sha1'), digest('sha1', Buffer.from(keys)))
  const files = {
    hybrid: torrent({ ...v1, ...v2 }),
    v2: torrent(v2),
    unsorted,
    utf8: torrent(
      v1Info([[['x'], 5, { 'path.utf-8': ['ö', 'ß.bin'] }]], { name: 'g?', 'name.utf-8': 'größe' }),
    ),
    'one-seed': torrent(v1Info([[['a'], 6]]), { 'url-list': url('one/') }),
    'two-seeds': torrent(v1Info([[['a'], 7]]), { 'url-list': [url('a/'), url('b/')] }),
    private: torrent(v1Info([[['a'], 5]], { private: 1 }), { announce: url('a'), 'announce-list': tiers }),
  }
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, `${name}.torrent`), bytes)
}

function bySection(rows: readonly Row[]): Map<string, Row[]> {
  return Map.groupBy(rows, ({ section }) => section)
}

test('every row of the API', { timeout: 120_000 }, async (t) => {
  const tracker = await startTracker(t)
  const ids = new Set<unknown>()
  tracker.server.on('start', (_address, params) => ids.add((params as { trackerid?: string }).trackerid))
  const daemon = await startDaemon(t, { sessions: { seeding: { file_pool_size: 1 }, downloads: {} } })
  await writeTorrents(daemon.folder)
  const folder = join(root, 'test/api/rows')
  const files = (await readdir(folder)).filter((name) => /^\d\d-.*\.lua$/.test(name)).sort()
  const words = [daemon.folder, tracker.http, ...files.map((name) => join(folder, name))]
  const outcome = await daemon.run([join(folder, 'harness.lua'), ...words], {
    env: { PROGRAM: `'${process.execPath}' '${launcher}'` },
    timeoutMs: 110_000,
  })
  const rows = rowsOf(outcome.out)
  assert.equal(outcome.code, 0, `${outcome.stderr}\n${outcome.out}`)

  for (const row of rows) {
    await t.test(`${row.section} ${row.name}`, () => {
      assert.ok(row.ok, row.problem)
    })
  }

  await t.test('AddTorrentParams.trackerid reaches the tracker', () => {
    assert.ok(ids.has('mine'), [...ids].join())
  })
  const tested = new Set(rows.filter(({ ok }) => ok).flatMap(({ members }) => members))
  await t.test('every documented member has a row that passes', () => {
    assert.deepEqual(
      documented.filter((name) => !tested.has(name)),
      [],
    )
  })
  await t.test('every row is about members that are documented', () => {
    const named = new Set(rows.flatMap(({ members }) => members))
    assert.deepEqual([...named].filter((name) => !documented.includes(name)).sort(), [])
  })
  if (reference !== undefined) {
    const expected = referenceRows(await readFile(reference, 'utf8'))
    await t.test(`the ${expected.length} rows of the reference are these`, () => {
      const names = rows.filter(({ section }) => /^\d+$|^errors$/.test(section))
      const list = (all: readonly { section: string; name: string }[]) =>
        all.map(({ section, name }) => `${section} ${name}`)
      assert.deepEqual(list(names).sort(), list(expected).sort())
    })
    t.diagnostic(`rows of the reference: ${expected.length}`)
  }

  for (const [section, all] of bySection(rows)) {
    const passed = all.filter(({ ok }) => ok)
    const members = new Set(passed.flatMap((row) => row.members))
    t.diagnostic(
      `section ${section}: ${passed.length} of ${all.length} rows pass, ${members.size} members with a passing test`,
    )
  }
  const passed = rows.filter(({ ok }) => ok).length
  t.diagnostic(
    `total: ${passed} of ${rows.length} rows pass; ${tested.size} of ${documented.length} documented members`,
  )
})
