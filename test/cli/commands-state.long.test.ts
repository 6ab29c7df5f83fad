// `daemon backup`, `daemon restore` and a start on a state that holds less than was written, as a shell sees them.

import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { type Setup, setup } from './commands-setup.ts'

async function add(here: Setup, digit: string): Promise<void> {
  const params = { magnet_uri: `magnet:?xt=urn:btih:${digit.repeat(40)}`, save_path: here.folder }
  const { code, stderr } = await here.run(['call', 'torrents.add', JSON.stringify(params)])
  assert.equal(code, 0, stderr)
}

async function hashes(here: Setup): Promise<string[]> {
  const { code, out, stderr } = await here.run(['call', 'torrents.list', '{"fields":["info_hash"]}'])
  assert.equal(code, 0, stderr)
  const { torrents } = JSON.parse(out) as { torrents: { info_hash: [string] }[] }
  return torrents.map(({ info_hash: [v1] }) => v1[0] as string)
}

test('a backup is made while the daemon runs, and put back while it does not', {
  timeout: 60_000,
}, async (t) => {
  const here = await setup(t)
  const { run, folder, stateDir } = here
  await add(here, 'a')
  const copy = join(folder, 'copy.db')
  writeFileSync(copy, 'what was there before')
  const made = await run(['daemon', 'backup', 'copy.db'])
  assert.equal(made.code, 0, made.stderr)
  assert.match(made.stderr, /wrote .*copy\.db \(\d+ bytes, \d+ changes\)/)
  assert.equal(statSync(copy).mode & 0o777, 0o600)
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('copy')),
    ['copy.db'],
    'nothing lies beside it',
  )
  await add(here, 'b')

  const refused = await run(['daemon', 'restore', 'copy.db'])
  assert.equal(refused.code, 75, refused.stderr)
  assert.deepEqual(await hashes(here), ['a', 'b'])

  await run(['daemon', 'stop'])
  const restored = await run(['daemon', 'restore', 'copy.db'])
  assert.equal(restored.code, 0, restored.stderr)
  assert.match(restored.stderr, /restored 1 torrent from .*copy\.db; the state as it was is in (.*)\n/)
  assert.deepEqual(await hashes(here), ['a'])
  await run(['daemon', 'stop'])

  // What was there before can be put back as well, and so can a plain copy.
  const kept = /is in (.*)\n/.exec(restored.stderr)?.[1] as string
  assert.equal((await run(['daemon', 'restore', join(kept, 'state.db')])).code, 0)
  assert.deepEqual(await hashes(here), ['a', 'b'])
  await run(['daemon', 'stop'])

  const before = readFileSync(join(stateDir, 'state.db'))
  for (const [content, message] of [
    [Buffer.from('no database'.repeat(900)), /garbage\.db cannot be restored: file is not a database/],
    [
      Buffer.from(readFileSync(copy).fill(0x5a, 8192, 12_288)),
      /garbage\.db cannot be restored: (it is damaged|database disk image is malformed)/,
    ],
  ] as const) {
    writeFileSync(join(folder, 'garbage.db'), content)
    const no = await run(['daemon', 'restore', 'garbage.db'])
    assert.equal(no.code, 78)
    assert.match(no.stderr, message)
  }
  assert.deepEqual(readFileSync(join(stateDir, 'state.db')), before)
  assert.deepEqual(await hashes(here), ['a', 'b'])
})

test('a state that was emptied is refused, and the words of the refusal lead back', {
  timeout: 60_000,
}, async (t) => {
  const here = await setup(t)
  const { run, stateDir, folder } = here
  await add(here, 'a')
  assert.equal((await run(['daemon', 'backup', 'copy.db'])).code, 0)
  await run(['daemon', 'stop'])
  const database = join(stateDir, 'state.db')
  copyFileSync(database, join(folder, 'whole.db'))
  for (const empty of [() => truncateSync(database, 0), () => rmSync(database)]) {
    empty()
    const start = await run(['daemon', 'start'])
    assert.equal(start.code, 78)
    assert.match(start.stderr, /does not hold what was written to it.*daemon restore.*--accept-loss/)
    // A script that starts the daemon by itself gets the same code, and does not see an empty list.
    const list = await run(['call', 'torrents.list'])
    assert.deepEqual([list.code, list.out], [78, ''])
    assert.equal(existsSync(join(stateDir, 'daemon.lock.json')), false)
  }
  assert.equal((await run(['daemon', 'restore', 'copy.db'])).code, 0)
  assert.deepEqual(await hashes(here), ['a'])
  await run(['daemon', 'stop'])
  truncateSync(database, 0)
  const accepted = await run(['daemon', 'start', '--accept-loss'])
  assert.equal(accepted.code, 0, accepted.stderr)
  assert.deepEqual(await hashes(here), [])
  assert.ok(
    readdirSync(stateDir).some((name) => name.startsWith('lost-')),
    'what was there is kept',
  )
})

test('what can still be read of a broken file is taken when its loss is accepted', {
  timeout: 60_000,
}, async (t) => {
  const here = await setup(t)
  const { run, stateDir } = here
  for (const digit of '123456789abcdef') await add(here, digit)
  await run(['daemon', 'stop'])
  const database = join(stateDir, 'state.db')
  const sqlite = new DatabaseSync(database)
  const { rootpage } = sqlite.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'removals'").get() as {
    rootpage: number
  }
  sqlite.close()
  const bytes = readFileSync(database)
  bytes.fill(0xa5, (rootpage - 1) * 4096, rootpage * 4096)
  writeFileSync(database, bytes)
  const refused = await run(['daemon', 'start'])
  assert.equal(refused.code, 78)
  assert.match(refused.stderr, /is damaged/)
  assert.equal((await run(['daemon', 'start', '--accept-loss'])).code, 0)
  assert.deepEqual((await hashes(here)).join(''), '123456789abcdef')
})

/** Changes the state as another program would, while no daemon runs. */
function edit(here: Setup, ...statements: string[]): void {
  const sqlite = new DatabaseSync(join(here.stateDir, 'state.db'), { enableForeignKeyConstraints: false })
  for (const statement of statements) sqlite.exec(statement)
  sqlite.close()
}

for (const running of [true, false]) {
  test(`damaged rows are named, and put back ${running ? 'while the daemon runs' : 'while it does not run'}`, {
    timeout: 60_000,
  }, async (t) => {
    const here = await setup(t)
    const { run } = here
    for (const digit of 'abcde') await add(here, digit)
    await run([
      'call',
      'sessions.settings.update',
      '{"settings":{"active_downloads":9,"upload_rate_limit":77}}',
    ])
    assert.deepEqual(await run(['daemon', 'check']).then(({ code, out }) => [code, out.split(': ')[1]]), [
      0,
      'nothing is wrong\n',
    ])
    await run(['daemon', 'stop'])
    edit(
      here,
      `UPDATE torrents SET tags = '["a' WHERE id = 1`,
      `UPDATE torrents SET v1 = 'zz' WHERE id = 2`,
      'UPDATE progress SET uploaded = 9007199254740993 WHERE id = 3',
      `UPDATE torrents SET category = 'by hand' WHERE id = 4`,
      'UPDATE progress SET uploaded = 5000 WHERE id = 5',
      `UPDATE settings SET value = '[' WHERE name = 'active_downloads'`,
      `UPDATE settings SET value = '78' WHERE name = 'upload_rate_limit'`,
    )
    const seen = await run(['daemon', 'check'])
    assert.equal(seen.code, 1)
    assert.equal(seen.out.match(/^damaged: /gm)?.length, 7, seen.out)
    assert.deepEqual(await hashes(here), ['c', 'e'], 'a damaged row does not stop the rest')
    const status = await run(['daemon', 'status'])
    assert.match(
      status.out,
      /set aside, see porla-lua daemon check \(7\)\n.*tags is not a JSON array of texts/,
    )
    assert.match(
      (await run(['daemon', 'check'])).out,
      /^set aside: the setting 'active_downloads' of session/m,
    )
    if (!running) await run(['daemon', 'stop'])
    const repaired = await run(['daemon', 'check', '--repair'])
    assert.equal(repaired.code, 1, 'something is left')
    assert.match(repaired.stderr, /is used again, without its tags, which could not be read/)
    assert.match(repaired.out, /^set aside: the setting 'active_downloads'.*\n.*info hash|'zz'/)
    assert.deepEqual(await hashes(here), ['a', 'c', 'd', 'e'])
    const rest = await run(['call', 'torrents.list', '{"fields":["category","all_time_upload"]}'])
    const { torrents } = JSON.parse(rest.out)
    assert.equal(torrents[2].category, 'by hand')
    assert.deepEqual([torrents[1].all_time_upload, torrents[3].all_time_upload], [0, 5000])
    const { settings } = JSON.parse((await run(['call', 'sessions.settings.list'])).out)
    assert.deepEqual([settings.active_downloads, settings.upload_rate_limit], [3, 78])
    assert.equal((await run(['daemon', 'check', '--forget'])).code, 0)
    await run(['daemon', 'stop'])
    assert.deepEqual(await hashes(here), ['a', 'c', 'd', 'e'], 'also after a restart')
  })
}
