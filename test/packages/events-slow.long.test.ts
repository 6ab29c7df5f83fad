// What takes seconds by its nature, side by side.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { startLua } from './support.ts'

const hash = (i: number) => i.toString(16).padStart(40, '0')

describe('events that take their time', { concurrency: 2 }, () => {
  test('session_stats comes while somebody listens', async (t) => {
    const daemon = await startDaemon(t)
    const out = await daemon.ok(
      `local params = AddTorrentParams.from_magnet("magnet:?xt=urn:btih:${hash(1)}")
     params.save_path = "data"
     params.flags.paused = true
     params.flags.auto_managed = false
     require("sessions").get("default"):add_torrent(params)
     local name, stats = require("events").wait("session_stats", 8)
     local metrics = require("sessions").metrics()
     local function at(name) return stats[metrics[name] + 1] end
     for name, place in pairs(metrics) do assert(stats[name] == stats[place + 1], name) end
     print(name, #stats > 20, at "torrents", stats.running, math.type(at "net.recv_bytes"), at "ses.num_stopped_torrents")`,
    )
    assert.equal(out, 'default\ttrue\t1\t0\tinteger\t1')
  })

  test('a daemon that is restarted is waited for; one that stays away ends the script', async (t) => {
    const daemon = await startDaemon(t)
    const script = await startLua(
      t,
      daemon.folder,
      `connection = require("events").on("torrent_added", function(torrent) print(tostring(torrent):match("/(%x+)")) end)
     print("listening")`,
      { env: daemon.env },
    )
    await script.printed('listening')
    const add = async (i: number) => {
      const client = await daemon.client()
      await client.call('torrents.add', { info_hash: hash(i), save_path: '/nowhere' })
      client.close()
    }
    await add(1)
    await script.printed(hash(1))
    await daemon.end()
    await daemon.start()
    await waitUntil(
      'it is back',
      async () => {
        await add(Math.floor(Math.random() * 1e6) + 10)
        return script.lines.length >= 3
      },
      { everyMs: 100 },
    )
    await daemon.end()
    const { code, stderr } = await script.end
    assert.equal(code, 69)
    assert.match(stderr, /warning: the daemon was started anew.*\n(.*\n)*porla-lua: events: no daemon at/)
  })
})
