// Sessions and their settings, against the real daemon.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startDaemon } from '../../helpers/daemon.ts'
import { lines } from '../support/paused-torrents.ts'

test('sessions', async (t) => {
  const daemon = await startDaemon(t, { sessions: { Zulu: {}, alpha: {} } })

  await t.test('are listed by name in byte order, and found by exact name', async () => {
    const got = await lines(
      daemon,
      `for s in sessions.list() do io.write(s.name, " ") end print()
       local iterator = sessions.list()
       for _ = 1, 3 do iterator() end
       print(iterator(), iterator(), type(iterator))
       print(sessions.get("alpha").name, sessions.get("Alpha"), sessions.get(""))
       print(session, session == sessions.get("default"), session == sessions.get("alpha"))
       failing(sessions.get)
       failing(function() session.name = "x" end)
       failing(function() session:torrent() end)`,
    )
    assert.deepEqual(got, [
      'Zulu alpha default ',
      'nil\tnil\tfunction',
      'alpha\tnil\tnil',
      'Session (default)\ttrue\tfalse',
      "bad argument #1 to 'sessions.get' (string expected, got no value)",
      "'name' of Session cannot be written",
      "no property 'torrent' in Session; did you mean 'torrents'?",
    ])
  })

  await t.test('keep settings: typed, checked, applied one by one', async () => {
    const got = await lines(
      daemon,
      `local pack = session:settings()
       print(pack.download_rate_limit, math.type(pack.download_rate_limit), pack.enable_dht, pack.listen_interfaces)
       pack.download_rate_limit = 12345.0
       pack.active_seeds = 7
       print(session:settings().download_rate_limit)
       session:apply_settings(pack)
       print(session:settings().download_rate_limit, session:settings().active_seeds)
       print(sessions.get("alpha"):settings().download_rate_limit)
       sessions.get("alpha"):apply_settings(pack)
       print(sessions.get("alpha"):settings().download_rate_limit)
       failing(function() return pack.download_rat_limit end)
       failing(function() pack.download_rat_limit = 1 end)
       failing(function() pack.download_rate_limit = "x" end)
       failing(function() pack.download_rate_limit = 1.5 end)
       failing(function() pack.enable_dht = nil end)
       failing(function() pack.user_agent = "x" end)
       failing(function() session:apply_settings({}) end)
       local seen, sorted, last = 0, true, ""
       for name, value in pairs(pack) do
         seen, sorted, last = seen + 1, sorted and last < name, name
         assert(value == pack[name])
       end
       print(seen > 150, sorted)`,
    )
    assert.deepEqual(got, [
      '0\tinteger\tfalse\t127.0.0.1:0',
      '0',
      '12345\t7',
      '0',
      '12345',
      "no setting 'download_rat_limit'; did you mean 'download_rate_limit'?",
      "no setting 'download_rat_limit'; did you mean 'download_rate_limit'?",
      "bad value for 'download_rate_limit' of SettingsPack (integer expected, got string)",
      "bad value for 'download_rate_limit' of SettingsPack (number has no integer representation)",
      "bad value for 'enable_dht' of SettingsPack (boolean expected, got nil)",
      "setting 'user_agent' cannot be written",
      "bad argument #1 to 'apply_settings' (SettingsPack expected, got table)",
      'true\ttrue',
    ])
  })

  await t.test('presets contain some settings and read the others as default', async () => {
    const got = await lines(
      daemon,
      `local small, full = SettingsPack.min_memory_usage(), SettingsPack.default()
       local count = 0
       for name in pairs(small) do count = count + 1 end
       print(count > 10 and count < 40, small.active_seeds == full.active_seeds, small.send_buffer_watermark < full.send_buffer_watermark)
       failing(function() return SettingsPack.new end)
       session:apply_settings(SettingsPack.high_performance_seed())
       print(session:settings().send_buffer_watermark == SettingsPack.high_performance_seed().send_buffer_watermark)
       print(session:settings().active_downloads == full.active_downloads)`,
    )
    assert.equal(got[0], 'true\ttrue\ttrue')
    assert.equal(got[1], "no function 'new' in SettingsPack")
    assert.equal(got[2], 'true')
  })

  await t.test('a warning comes once on stderr, and never on stdout', async () => {
    const { code, out, stderr } = await daemon.lua(`
      local session = require("sessions").get("default")
      for i = 1, 3 do
        local pack = session:settings()
        pack.i2p_hostname = "host" .. i
        session:apply_settings(pack)
      end
      print("done")`)
    assert.equal(code, 0)
    assert.equal(out, 'done\n')
    assert.match(stderr, /^porla-lua: warning: [^\n]*i2p_hostname[^\n]*\n$/)
  })

  await t.test(
    'a setting without effect is named once in a script, whatever it is applied with',
    async () => {
      const { code, stderr } = await daemon.lua(`
      local session = require("sessions").get("default")
      local pack = session:settings()
      pack.cache_size = 1
      session:apply_settings(pack)
      pack.aio_threads, pack.cache_size = 3, 2
      session:apply_settings(pack)
      pack.aio_threads, pack.peer_tos = 4, pack.peer_dscp + 1
      session:apply_settings(pack)
      local now = session:settings()
      assert(now.cache_size == 2 and now.aio_threads == 4 and now.peer_tos == pack.peer_tos)`)
      assert.equal(code, 0, stderr)
      assert.deepEqual(
        stderr.trimEnd().split('\n'),
        ['cache_size', 'aio_threads', 'peer_dscp'].map(
          (name) => `porla-lua: warning: the setting '${name}' is kept but has no effect here`,
        ),
      )
    },
  )
})
