import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  allRows,
  checkSetting,
  defaultSettings,
  presetSettings,
  settingName,
} from '../../src/daemon/session/settings/pack.ts'
import { explained } from '../../src/daemon/session/settings/reasons.ts'
import { SettingsLayers } from '../../src/daemon/session/settings/settings-layers.ts'
import { deprecatedRows, laterRows } from '../../src/daemon/settings/more-rows.ts'
import { settingRows } from '../../src/daemon/settings/table.ts'
import type { Settings, SettingValue } from '../../src/rpc/contract/types.ts'
import { ErrorCode, RpcError } from '../../src/rpc/errors.ts'

const layers = (config: Settings = {}, applied: Settings = {}) => new SettingsLayers('1.2.3', config, applied)

test('every setting of libtorrent 2.0.8 is there once, with presets of its own type', () => {
  assert.equal(settingRows.length, 206)
  assert.deepEqual([deprecatedRows.length, laterRows.length], [43, 12])
  assert.equal(new Set(allRows.map(([name]) => name)).size, 261)
  for (const [name, value, ...presets] of allRows) {
    for (const preset of presets.slice(0, 2)) {
      if (preset !== null) assert.equal(typeof preset, typeof value, name)
    }
  }
  assert.equal(Object.keys(presetSettings('default', '1.2.3')).length, 261)
  assert.equal(Object.keys(presetSettings('min_memory_usage', '1.2.3')).length, 26)
  assert.equal(Object.keys(presetSettings('high_performance_seed', '1.2.3')).length, 31)
})

test('we say who we are', () => {
  const { user_agent, peer_fingerprint } = defaultSettings('1.12.3')
  assert.deepEqual([user_agent, peer_fingerprint], ['porla-lua/1.12.3', '-PL1C30-'])
})

const problems: [name: string, value: unknown, says: RegExp | null][] = [
  ['active_downloads', 5, null],
  ['active_downloads', -1, null],
  ['active_downloads', 1.5, /'active_downloads' takes a whole number.* not 1\.5$/],
  ['active_downloads', 2 ** 31, /from -2147483648 to 2147483647, not 2147483648/],
  ['active_downloads', '5', /'active_downloads' takes a whole number.* not "5"$/],
  ['active_downloads', true, /whole number.* not true/],
  ['active_downloads', null, /whole number.* not null/],
  ['enable_dht', false, null],
  ['enable_dht', 0, /'enable_dht' takes true or false, not 0/],
  ['listen_interfaces', '', null],
  ['listen_interfaces', '127.0.0.1:0', null],
  ['listen_interfaces', '0.0.0.0:6881, [::]:6881, eth0:443s, [fe80::1%eth0]:1l', null],
  ['listen_interfaces', '127.0.0.1', /'listen_interfaces' takes a comma list of 'address:port'/],
  ['listen_interfaces', '127.0.0.1:70000', /address:port/],
  ['listen_interfaces', '::1:6881', /address:port/],
  ['listen_interfaces', '127.0.0.1:1,', /address:port/],
  ['dht_bootstrap_nodes', 'a\0b', /without NUL/],
  ['user_agent', 'x', /'user_agent' can be read but not set/],
  ['peer_fingerprint', '-XX-', /can be read but not set/],
  ['active_download', 5, /no setting 'active_download'; did you mean 'active_downloads'\?/],
  ['qqqqqq', 5, /^there is no setting 'qqqqqq'$/],
  ['constructor', 5, /there is no setting 'constructor'/],
  ['peer_tos', 4, null],
]
for (const [name, value, says] of problems) {
  test(`settings: ${name} = ${JSON.stringify(value)} ${says ? 'is refused' : 'is taken'}`, () => {
    const problem = checkSetting(name, value)
    if (says) assert.match(problem ?? 'nothing', says)
    else assert.equal(problem, null)
  })
}

test('the layers: default, configuration, applied; and back', () => {
  const s = layers({ active_downloads: 10, download_rate_limit: -5 }, { active_seeds: 7 })
  assert.deepEqual([s.int('active_downloads'), s.int('active_seeds'), s.int('active_limit')], [10, 7, 500])
  assert.equal(s.int('download_rate_limit'), 0, 'normalised')
  const { settings, withoutEffect } = s.check({
    active_downloads: 20,
    upload_rate_limit: -1,
    active_seeds: 7,
  })
  assert.deepEqual([settings, withoutEffect], [{ active_downloads: 20, upload_rate_limit: 0 }, []])
  assert.equal(s.int('active_downloads'), 10, 'a check changes nothing')
  s.apply(settings)
  assert.equal(s.int('active_downloads'), 20)
  assert.deepEqual(s.appliedNames(undefined).toSorted(), [
    'active_downloads',
    'active_seeds',
    'upload_rate_limit',
  ])
  s.forget(s.appliedNames(['active_downloads']))
  assert.deepEqual([s.int('active_downloads'), s.int('active_seeds')], [10, 7])
})

test('a whole pack can be read and applied again: nothing changes, nothing is pinned', () => {
  const s = layers({ active_downloads: 10 })
  assert.deepEqual(s.check(s.all), { settings: {}, withoutEffect: [] })
})

test('a setting without effect is kept and told, unless it is set to its default', () => {
  const s = layers()
  const one = s.check({ aio_threads: 3, active_downloads: 3 })
  assert.deepEqual(one.withoutEffect, ['aio_threads'])
  s.apply(one.settings)
  assert.equal(s.int('aio_threads'), 3)
  assert.deepEqual(s.check({ aio_threads: 10 }), { settings: { aio_threads: 10 }, withoutEffect: [] })
})

test('a connections_limit of 0 becomes what the system allows', () => {
  const s = layers()
  const { settings } = s.check({ connections_limit: 0 })
  assert.ok((settings.connections_limit as number) >= 64)
})

test('errors name the setting', () => {
  const failing = (settings: Settings): RpcError => {
    try {
      layers().check(settings)
    } catch (error) {
      if (error instanceof RpcError) return error
    }
    return assert.fail('nothing was thrown')
  }
  assert.equal(failing({ nope: 1 }).code, ErrorCode.UnknownSetting)
  assert.equal(failing({ user_agent: 'x' }).code, ErrorCode.InvalidValue)
  assert.deepEqual(failing({ active_limit: 3, enable_dht: 'x' as SettingValue }).data, {
    setting: 'enable_dht',
  })
  assert.throws(() => layers().pick(['active_limits']), /did you mean 'active_limit'/)
  assert.throws(() => layers().appliedNames(['x']), /no setting 'x'/)
})

test('an alias reads and writes the setting it means', () => {
  const s = layers()
  s.apply(s.check({ peer_tos: 9 }).settings)
  assert.deepEqual(s.pick(['peer_tos', 'peer_dscp']), { peer_tos: 9, peer_dscp: 9 })
})

test('a deprecated name reads its default, is kept and does nothing; a later one is there', () => {
  const s = layers()
  assert.deepEqual(s.pick(['cache_size', 'use_read_cache', 'mmap_cache', 'announce_port']), {
    cache_size: 2048,
    use_read_cache: true,
    mmap_cache: '',
    announce_port: 0,
  })
  const { settings, withoutEffect } = s.check({ cache_size: 4096, use_read_cache: true })
  assert.deepEqual([settings, withoutEffect], [{ cache_size: 4096 }, ['cache_size']])
  s.apply(settings)
  assert.equal(s.int('cache_size'), 4096)
  assert.match(checkSetting('cache_size', 'x') ?? '', /whole number/)
})

test('what is explained are settings', () => {
  for (const name of explained) assert.equal(settingName(name), name)
})
