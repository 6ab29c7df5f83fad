// session:torrents() reads pages, asks for what the script reads, and shows every torrent as it was.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { startDaemon } from '../../helpers/daemon.ts'
import { type CallRecorder, recordCalls } from '../support/call-recorder.ts'

const count = 1500
const hashes = Array.from({ length: count }, (_, i) => createHash('sha1').update(`${i}`).digest('hex')).sort()

/** Methods and how often, in order: `torrents.list 3, torrents.pause 1`. */
function summary(recorder: CallRecorder): string {
  const calls = new Map<string, number>()
  for (const { method } of recorder.take()) calls.set(method, (calls.get(method) ?? 0) + 1)
  return [...calls].map(([method, times]) => `${method} ${times}`).join(', ')
}

test('pages', async (t) => {
  const daemon = await startDaemon(t)
  const recorder = await recordCalls(t, daemon)
  const client = await daemon.client()
  t.after(() => client.close())
  for (const [i, info_hash] of hashes.entries()) {
    const name = `number ${i}`
    const flags = { paused: true, auto_managed: false }
    await client.call('torrents.add', {
      info_hash,
      name,
      save_path: '/nowhere',
      flags,
      category: `c${i % 3}`,
    })
  }
  const run = (code: string) => {
    recorder.take()
    return daemon.ok(`local session = require("sessions").get("default")\n${code}`, [], {
      env: { PORLA_LUA_SOCKET: recorder.path },
    })
  }

  await t.test('go through all torrents in order of their hash, with one call a page', async () => {
    const out = await run(
      `for t in session:torrents() do print(t:info_hash().v1, t:status().name, t:is_valid()) end`,
    )
    assert.deepEqual(
      out.split('\n'),
      hashes.map((hash, i) => `${hash}\tnumber ${i}\ttrue`),
    )
    const calls = recorder.take()
    assert.deepEqual(
      calls.map(({ method, params: { limit, fields } }) => ({ method, limit, fields })),
      [
        { method: 'sessions.list', limit: undefined, fields: undefined },
        { method: 'torrents.list', limit: 256, fields: undefined },
        { method: 'torrents.list', limit: 1024, fields: ['info_hash', 'name'] },
        { method: 'torrents.list', limit: 1024, fields: ['info_hash', 'name'] },
      ],
    )
  })

  await t.test('stop early at the price of one page', async () => {
    assert.equal(await run('for t in session:torrents() do print(t:status().progress) break end'), '0.0')
    assert.equal(summary(recorder), 'sessions.list 1, torrents.list 1')
  })

  await t.test('stay at their end', async () => {
    const out = await run(
      `local next, n = session:torrents(), 0
       while next() do n = n + 1 end
       print(n, next(), next())`,
    )
    assert.equal(out, '1500\tnil\tnil')
  })

  await t.test('give the status once; later calls ask', async () => {
    const out = await run(
      `for t in session:torrents() do print(t:status().name, t:status().name, t:status() ~= t:status()) break end`,
    )
    assert.equal(out, 'number 0\tnumber 0\ttrue')
    assert.equal(summary(recorder), 'sessions.list 1, torrents.list 1, torrents.status 3')
  })

  await t.test('are not believed once the script has changed something', async () => {
    const out = await run(
      `local n = 0
       for t in session:torrents() do
         n = n + 1
         if n == 1 then t:pause() print(t:status().name) end
         if n == 2 then print(t:status().name, t:info_hash().v1) break end
       end`,
    )
    assert.equal(out, `number 0\nnumber 1\t${hashes[1]}`)
    assert.equal(
      summary(recorder),
      'sessions.list 1, torrents.list 1, torrents.pause 1, torrents.status 2, torrents.find 1',
    )
  })

  await t.test('stay good while only tags and categories change', async () => {
    const out = await run(
      `local n = 0
       for t in session:torrents() do
         if t:status().progress < 1 and t:userdata().category == "c1" then
           n = n + 1
           t:userdata().tags:add("one")
         end
       end
       print(n)`,
    )
    assert.equal(out, '500')
    // Each second userdata() asks, since the first has used what the page knew.
    assert.equal(
      summary(recorder),
      'sessions.list 1, torrents.list 3, torrents.userdata.get 500, torrents.userdata.update 500',
    )
  })

  await t.test('never show category or tags as they were before the script changed them', async () => {
    const out = await run(
      `local first = session:find_torrent("${hashes[0]}")
       for t in session:torrents() do
         first:userdata().category = "new"
         first:userdata().tags = {"x"}
         local u = t:userdata()
         print(u.category, #u.tags, u.category)
         first:userdata().category = "c0"
         print(u.category)
         break
       end`,
    )
    assert.equal(out, 'new\t1\tnew\nc0')
  })

  await t.test('fetch once what a later page was not asked for', async () => {
    const out = await run(
      `local n, sum = 0, 0
       for t in session:torrents() do
         n = n + 1
         local st = t:status()
         if n > 300 and n <= 302 then sum = sum + #st.save_path + #st.state end
         sum = sum + st.total
       end
       print(n, sum)`,
    )
    assert.equal(out, `1500\t${2 * ('/nowhere'.length + 'downloading_metadata'.length)}`)
    const calls = recorder.take()
    assert.deepEqual(
      calls.filter(({ method }) => method === 'torrents.list').map(({ params }) => params.fields),
      [undefined, ['info_hash', 'total'], ['info_hash', 'total', 'save_path', 'state']],
    )
    assert.equal(calls.filter(({ method }) => method === 'torrents.status').length, 2)
  })

  await t.test('keep a status as it was when its torrent is changed afterwards', async () => {
    const out = await run(
      `local n = 0
       for t in session:torrents() do
         n = n + 1
         local st = t:status()
         if n == 400 then
           t:set_flags{sequential_download = true}
           print(st.flags.sequential_download, st.flags.paused, t:flags().sequential_download)
           t:set_flags{sequential_download = false}
           break
         end
       end`,
    )
    assert.equal(out, 'false\ttrue\ttrue')
  })

  await t.test('may shrink while they are read, and removed torrents keep their last status', async () => {
    const out = await run(
      `local n, kept = 0, {}
       for t in session:torrents() do
         n = n + 1
         if n % 2 == 0 and n > 100 then
           kept[#kept + 1] = t:status()
           session:remove_torrent(t)
         end
       end
       local left = 0
       for t in session:torrents() do left = left + 1 end
       print(n, #kept, left, kept[1].name, kept[#kept].name, kept[#kept].save_path)`,
    )
    assert.equal(out, '1500\t700\t800\tnumber 101\tnumber 1499\t/nowhere')
    // The same where the first page taught that nothing but the name is read.
    const names = await run(
      `local n, kept = 0, {}
       for t in session:torrents() do
         n = n + 1
         local st = t:status()
         local name = st.name
         if n > 700 then
           session:remove_torrent(t)
           kept[#kept + 1] = st
         end
       end
       for _, st in ipairs(kept) do assert(st.save_path == "/nowhere") end
       print(n, #kept)`,
    )
    assert.equal(names, '800\t100')
    const { torrents_total } = await client.call('torrents.list', { limit: 1 })
    assert.equal(torrents_total, 700)
  })
})
