// The examples that do a whole job, as their first lines tell to run them, with a real tracker and real peers.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startDaemon, type TestDaemon } from '../helpers/daemon.ts'
import { sha256All, writeFiles } from '../helpers/data.ts'
import { finish, launcher, type Outcome, root } from '../helpers/program.ts'
import { addTorrent, createTorrent, waitForSeeding } from '../helpers/torrents.ts'
import { startTracker } from '../helpers/tracker.ts'
import { waitUntil } from '../helpers/wait-until.ts'

const example = (name: string) => join(root, 'examples', name)

/** A script that goes on until it is interrupted. */
function background(t: TestContext, daemon: TestDaemon, words: string[]) {
  const child = spawn(process.execPath, [launcher, ...words], {
    cwd: daemon.folder,
    env: daemon.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  const ended = finish(child, { timeoutMs: 60_000 }, words.join(' '))
  ended.catch(() => {}) // whoever awaits it is told
  t.after(() => child.kill('SIGKILL'))
  return {
    ended,
    out: () => out,
    /** Waits until it hears events: beside its two outputs, it has a connection for calls and one for events. */
    listens: () =>
      waitUntil('the script listens', () => {
        const folder = `/proc/${child.pid}/fd`
        const links = readdirSync(folder).map((fd) => {
          try {
            return readlinkSync(join(folder, fd))
          } catch {
            return '' // closed meanwhile
          }
        })
        return links.filter((link) => link.startsWith('socket:')).length >= 4
      }),
    async interrupt(): Promise<Outcome> {
      child.kill('SIGINT')
      return await ended
    },
  }
}

/** Files below a new folder, and a torrent of them. */
async function makeData(daemon: TestDaemon, name: string, size: number, tracker?: string) {
  const source = await daemon.makeFolder('source')
  await writeFiles(join(source, name), { 'a.bin': size, 'sub/b.bin': 5000 })
  const trackers = tracker === undefined ? [] : [tracker]
  return { source, torrentFile: await createTorrent(daemon, join(source, name), { trackers }) }
}

test('watch-folder.lua takes whole files, waits for others, and puts bad ones aside', {
  timeout: 60_000,
}, async (t) => {
  const daemon = await startDaemon(t)
  const watched = await daemon.makeFolder('watched')
  const { source, torrentFile } = await makeData(daemon, 'one', 70_000)
  const { torrentFile: second } = await makeData(daemon, 'two', 30_000)
  const [bytes, more] = [await readFile(torrentFile), await readFile(second)]
  const words = [example('watch-folder.lua'), '-c', 'watched', watched, source]

  await writeFile(join(watched, 'one.torrent'), bytes)
  await writeFile(join(watched, 'two.torrent'), more.subarray(0, more.length / 2))
  await writeFile(join(watched, 'notes.txt'), 'no torrent')
  const first = await daemon.run(words)
  assert.equal(first.stderr, '')
  assert.match(first.out, /^[0-9a-f]{40}\tone\n$/)
  assert.equal(first.code, 0)
  assert.deepEqual((await readdir(watched)).sort(), ['done', 'notes.txt', 'two.torrent'])

  await writeFile(join(watched, 'two.torrent'), more)
  await writeFile(join(watched, 'one.torrent'), bytes)
  await writeFile(join(watched, 'bad.torrent'), 'garbage')
  const long = new Date(Date.now() - 120_000)
  await utimes(join(watched, 'bad.torrent'), long, long)
  const next = await daemon.run(words)
  assert.equal(next.code, 1)
  assert.equal(
    next.stderr,
    `${watched}/bad.torrent: expected value (list, dict, int or string) in bencoded string\n`,
  )
  assert.deepEqual(
    next.out
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t')[1])
      .sort(),
    ['one', 'two'],
  )
  assert.deepEqual((await readdir(join(watched, 'done'))).sort(), [
    'one.torrent',
    'one.torrent.2',
    'two.torrent',
  ])
  assert.deepEqual(await readdir(join(watched, 'failed')), ['bad.torrent'])
  await waitForSeeding(daemon)
  const category =
    'for th in require("sessions").get("default"):torrents(\'category = "watched"\') do print(th:status().name) end'
  assert.deepEqual((await daemon.ok(category)).split('\n').sort(), ['one', 'two'])

  const { torrentFile: third } = await makeData(daemon, 'three', 1000)
  const staying = background(t, daemon, [example('watch-folder.lua'), '-w', '0.2', watched, source])
  await writeFile(join(watched, 'three.torrent'), await readFile(third))
  await waitUntil('it is put away', () => existsSync(join(watched, 'done/three.torrent')))
  await waitUntil('it is printed', () => /^[0-9a-f]{40}\tthree\n$/.test(staying.out()))
  assert.equal((await staying.interrupt()).code, 130)

  const missing = await daemon.run([example('watch-folder.lua'), join(daemon.folder, 'nowhere'), source])
  assert.equal(missing.code, 1)
  assert.match(missing.stderr, /nowhere/)
  assert.equal((await daemon.run([example('watch-folder.lua'), watched])).code, 2)
})

test('move-finished.lua and seed-check.lua look after a download', { timeout: 60_000 }, async (t) => {
  const tracker = await startTracker(t)
  const daemon = await startDaemon(t, { sessions: { seeding: {}, middle: {} } })
  const { source, torrentFile } = await makeData(daemon, 'film', 400_000, tracker.http)
  const films = join(daemon.folder, 'films')
  await addTorrent(daemon, torrentFile, source, [], 'seeding')
  await waitForSeeding(daemon, { session: 'seeding' })
  const announced = 'print(require("sessions").get("seeding"):torrents()():status().current_tracker)'
  await waitUntil('it is announced', () => daemon.ok(announced))

  const mover = background(t, daemon, [example('move-finished.lua'), `film=${films}`])
  await mover.listens()
  await daemon.ok(
    `local p = AddTorrentParams.new()
     p.ti, p.save_path = assert(TorrentInfo.from_file(arg[1])), arg[2]
     p.userdata.category, p.userdata.tags = "film", { "short", [[my "own\\tag\\]] }
     require("sessions").get("middle"):add_torrent(p)`,
    [torrentFile, join(daemon.folder, 'incoming')],
  )
  await waitUntil('it has moved', () => mover.out() !== '', { timeoutMs: 20_000 })
  const [hash, path] = mover.out().trimEnd().split('\t')
  assert.match(hash as string, /^[0-9a-f]{40}$/)
  assert.equal(path, films)
  assert.equal((await mover.interrupt()).code, 130)
  assert.deepEqual(await sha256All(join(films, 'film')), await sha256All(join(source, 'film')))

  // Now it is uploaded once: the first seed leaves, and a third session takes it from the second.
  await daemon.ok(
    'local s = require("sessions").get("seeding") for th in s:torrents() do s:remove_torrent(th) end',
  )
  await addTorrent(daemon, torrentFile, join(daemon.folder, 'target'))
  await waitForSeeding(daemon, { session: 'default' })

  const check = [example('seed-check.lua'), '-s', 'middle', '-t', 'short', '-c', 'film']
  const quoted = [example('seed-check.lua'), '-s', 'middle', '-t', 'my "own\\tag\\', '-d', '0s']
  assert.match((await daemon.run(quoted)).out, /^would remove\t/)
  const none = await daemon.run([...check, '-r', '50', '-d', '2h'])
  assert.deepEqual([none.out, none.stderr, none.code], ['', '', 0])
  const dry = await waitUntil('the ratio is counted', async () => {
    const outcome = await daemon.run([...check, '-r', '0.9'])
    assert.deepEqual([outcome.code, outcome.stderr], [0, ''])
    return outcome.out
  })
  assert.match(dry, new RegExp(`^would remove\t${hash}\t(1\\.0|0\\.9)\\d\\d\t\\d+\tfilm\n$`))
  assert.equal((await daemon.run([...check.slice(0, -2), '-c', 'other', '-d', '0s'])).out, '')
  const removed = await daemon.run([...check, '-d', '0s', '--remove', '--files'])
  assert.deepEqual([removed.code, removed.stderr], [0, ''])
  assert.match(removed.out, /^removed\t/)
  assert.equal((await daemon.run([...check, '-d', '0s'])).out, '')
  await waitUntil('the files are gone', () => !existsSync(join(films, 'film')))
  for (const words of [[], ['-r', 'x'], ['-d', '5'], ['-r', '1', '--files'], ['-z']]) {
    assert.equal((await daemon.run([example('seed-check.lua'), ...words])).code, 2, words.join(' '))
  }

  // What is finished already.
  const all = join(daemon.folder, 'all')
  const now = await daemon.run([example('move-finished.lua'), '--now', `*=${all}`])
  assert.deepEqual([now.out, now.stderr, now.code], [`${hash}\t${all}\n`, '', 0])
  assert.deepEqual(await sha256All(join(all, 'film')), await sha256All(join(source, 'film')))
  assert.equal((await daemon.run([example('move-finished.lua'), '--now', `*=${all}`])).out, '')
  await writeFile(join(daemon.folder, 'file'), '')
  const blocked = await daemon.run([example('move-finished.lua'), '--now', `*=${daemon.folder}/file/x`])
  assert.equal(blocked.code, 1)
  assert.match(blocked.stderr, /could not be moved/)
})

test('settings.lua applies what a file says, and says what it changed', { timeout: 60_000 }, async (t) => {
  const daemon = await startDaemon(t)
  const file = async (name: string, text: string) => {
    await writeFile(join(daemon.folder, name), text)
    return join(daemon.folder, name)
  }
  const json = await file(
    's.json',
    '{"active_downloads": 5, "enable_dht": false, "download_rate_limit": 100000}',
  )
  const run = (...words: string[]) => daemon.run([example('settings.lua'), ...words])
  const expected = 'active_downloads\t3\t5\ndownload_rate_limit\t0\t100000\n'
  const dry = await run('-n', json)
  assert.deepEqual([dry.out, dry.stderr, dry.code], [expected, '', 0])
  assert.equal((await run('-s', 'default', json)).out, expected)
  assert.equal((await run(json)).out, '')

  const lua = await file(
    's.lua',
    'local slots = 2 * 4\nreturn { active_seeds = slots, active_downloads = 5 }',
  )
  assert.equal((await run(lua)).out, 'active_seeds\t5\t8\n')

  const wrong = await run(
    await file('w.lua', 'return { active_sedds = 1, active_seeds = "x", active_limit = 9 }'),
  )
  assert.deepEqual([wrong.out, wrong.code], ['', 1])
  assert.deepEqual(wrong.stderr.trimEnd().split('\n'), [
    `${daemon.folder}/w.lua: no setting 'active_sedds'; did you mean 'active_seeds'?`,
    `${daemon.folder}/w.lua: bad value for 'active_seeds' of SettingsPack (integer expected, got string)`,
  ])
  assert.equal(
    (await run('-n', await file('l.lua', 'return { active_limit = 9 }'))).out,
    'active_limit\t500\t9\n',
  )
  await mkdir(join(daemon.folder, 'folder.json'))
  for (const bad of [
    await file('b.json', '{"a":'),
    await file('b.lua', 'os.exit(5)'),
    '/nowhere',
    join(daemon.folder, 'folder.json'),
    await file('n.lua', ''),
  ]) {
    const outcome = await run(bad)
    assert.deepEqual([outcome.out, outcome.code], ['', 1], bad)
    assert.ok(outcome.stderr.startsWith(`${bad}: `), outcome.stderr)
    assert.equal(outcome.stderr.split(bad).length, 2, outcome.stderr)
    assert.doesNotMatch(outcome.stderr, /settings\.lua:|bad argument/)
  }
  assert.equal((await run('-s', 'nope', json)).stderr, "no session 'nope'\n")
  assert.equal((await run()).code, 2)
})

test('race.lua asks the trackers until somebody is there', { timeout: 60_000 }, async (t) => {
  const tracker = await startTracker(t)
  const daemon = await startDaemon(t, { sessions: { seeding: {} } })
  const { source, torrentFile } = await makeData(daemon, 'race', 100_000, tracker.http)
  const other = await makeData(daemon, 'other', 1000, tracker.http)
  const target = join(daemon.folder, 'target')
  const words = ['-i', '0.3', '-n', '100', '-c', 'quick', '-x', '1']
  const racer = background(t, daemon, [example('race.lua'), ...words])
  await racer.listens()
  // Of another category, so that it is none of its business.
  await addTorrent(daemon, other.torrentFile, target)
  await daemon.ok(
    `local p = AddTorrentParams.new()
     p.ti, p.save_path, p.userdata.category = assert(TorrentInfo.from_file(arg[1])), arg[2], "quick"
     p.download_limit = 20000
     require("sessions").get("default"):add_torrent(p)`,
    [torrentFile, target],
  )
  const alone = `local st
    for th in require("sessions").get("default"):torrents('category = "quick"') do st = th:status() end
    print(st.current_tracker)`
  await waitUntil('it has asked the tracker, which knew nobody', async () => (await daemon.ok(alone)) !== '')
  await addTorrent(daemon, torrentFile, source, [], 'seeding')
  const { code, out, stderr } = await racer.ended
  assert.deepEqual([code, stderr], [0, ''])
  const [hash, peers, tries] = out.trimEnd().split('\t')
  assert.match(hash as string, /^[0-9a-f]{40}$/)
  assert.equal(peers, '1')
  assert.ok(Number(tries) >= 1, out)
  const wrong = [
    ['-i', '0'],
    ['-i', 'nan'],
    ['-n', 'x'],
    ['-n', '0'],
    ['-x'],
    ['-x', '0'],
    ['-x', '1.5'],
    ['word'],
  ]
  for (const bad of wrong) {
    assert.equal((await daemon.run([example('race.lua'), ...bad])).code, 2, bad.join(' '))
  }

  // It gives up after so many tries.
  const patient = background(t, daemon, [example('race.lua'), '-i', '0.1', '-n', '2', '-x', '1'])
  await patient.listens()
  const lonely = await makeData(daemon, 'lonely', 1000, tracker.http)
  await addTorrent(daemon, lonely.torrentFile, target)
  const given = await patient.ended
  assert.match(given.out, /^[0-9a-f]{40}\t0\t2\n$/)
})
