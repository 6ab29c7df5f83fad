import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'
import { sha256All, writeFiles } from '../helpers/data.ts'
import { addTorrent, createTorrent, waitForSeeding } from '../helpers/torrents.ts'
import { serve } from '../helpers/web-server.ts'

test('a script names a web seed, which brings all files and is kept', { timeout: 60_000 }, async (t) => {
  const daemon = await startDaemon(t)
  const source = await daemon.makeFolder('source')
  await writeFiles(join(source, 'data'), { 'a #1?.bin': 700_000, 'ä/b c.bin': 300_001, 'empty.bin': 0 })
  const torrentFile = await createTorrent(daemon, join(source, 'data'))
  const target = join(daemon.folder, 'target')
  await addTorrent(daemon, torrentFile, target)
  const { url, asked } = await serve(t, source)
  const forAll = (code: string) =>
    `for th in require("sessions").get("default"):torrents() do
       ${code}
       print(table.concat({table.unpack(th:url_seeds())}, " "))
     end`
  assert.equal(await daemon.ok(forAll('th:add_url_seed(arg[1])'), [`${url}/`]), `${url}/`)
  await waitForSeeding(daemon)
  assert.deepEqual(await sha256All(join(target, 'data')), await sha256All(join(source, 'data')))
  assert.ok(asked.includes('/data/a%20%231%3F.bin'), asked.join(' '))

  await daemon.end('SIGKILL')
  await daemon.start()
  assert.equal(await daemon.ok(forAll('')), `${url}/`)
  assert.equal(await daemon.ok(forAll('th:remove_url_seed(arg[1])'), [`${url}/`]), '')
})
