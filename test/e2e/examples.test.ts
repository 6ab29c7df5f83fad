// The examples, as their first lines tell to run them.

import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'
import { writeFiles } from '../helpers/data.ts'
import { root, run } from '../helpers/program.ts'
import { createTorrent, waitForSeeding } from '../helpers/torrents.ts'

test('the main job: quickstart.lua against a private daemon', { timeout: 120_000 }, async () => {
  const leftovers = async () =>
    (await readdir(tmpdir())).filter((name) => name.startsWith('porla-lua-start-'))
  const before = await leftovers()
  const outcome = await run(process.execPath, [join(root, 'scripts/quickstart.ts')], { timeoutMs: 110_000 })
  assert.equal(outcome.code, 0, `${outcome.stderr}\n${outcome.out}`)
  assert.match(outcome.out, /^made 3\d\.\d MiB in 6 files\n/)
  assert.match(outcome.out, /all 6 files are equal, byte for byte/)
  assert.match(outcome.out, /\nSESSION +NAME +STATE +PROGRESS +DOWN +UP\n/)
  assert.match(outcome.out, /\ndownloads +quickstart +seeding +100\.0 % +3\d\.\d MiB +0\.0 MiB\n/)
  assert.match(outcome.out, /\nseeding +quickstart +seeding +100\.0 % +0\.0 MiB +3\d\.\d MiB\n$/)
  assert.ok(!outcome.out.includes('\r'), 'no live line in a pipe')
  assert.deepEqual(await leftovers(), before)
})

test('add.lua adds, list.lua lists', { timeout: 60_000 }, async (t) => {
  const daemon = await startDaemon(t)
  const source = await daemon.makeFolder('source')
  await writeFiles(source, { 'one.bin': 50_000, 'two two.bin': 60_000 })
  const one = await createTorrent(daemon, join(source, 'one.bin'))
  const two = await createTorrent(daemon, join(source, 'two two.bin'))
  const add = join(root, 'examples/add.lua')
  const list = join(root, 'examples/list.lua')

  const added = await daemon.run([add, '-c', 'things', source, one, two])
  assert.equal(added.stderr, '')
  assert.equal(added.code, 0)
  assert.match(added.out, /^[0-9a-f]{40}\tone\.bin\n[0-9a-f]{40}\ttwo two\.bin\n$/)
  const again = await daemon.run([add, source, one])
  assert.equal(again.out, `${added.out.split('\n')[0]}\n`)

  const bad = await daemon.run([add, source, 'missing.torrent'])
  assert.equal(bad.code, 1)
  assert.equal(bad.stderr, 'missing.torrent: No such file or directory\n')
  assert.equal((await daemon.run([add])).code, 2)

  await waitForSeeding(daemon)
  const listed = await daemon.run([list])
  assert.deepEqual(
    listed.out
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t').slice(0, 2).join('|'))
      .sort(),
    ['default|one.bin', 'default|two two.bin'],
  )
})
