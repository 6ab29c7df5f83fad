import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { version } from '../../src/program/version.ts'
import { contract, type Method, type Result } from '../../src/rpc/contract/index.ts'
import type { CasesOf } from './case.ts'

/** Methods about the daemon, its sessions and their settings. */
export const daemonCases: CasesOf<Exclude<Method, `${'torrents' | 'events' | 'presets' | 'fs'}.${string}`>> =
  {
    hello: [
      {
        what: 'tells version and methods',
        params: { protocol: '1.7', client: 'test' },
        result: (result) => {
          assert.equal(result.version, version)
          assert.deepEqual(result.methods, Object.keys(contract))
        },
      },
      { what: 'refuses another major', params: { protocol: '2.0' }, error: ['ProtocolMismatch', /2\.0/] },
      { what: 'refuses no version', params: { protocol: 'x' }, error: ['InvalidParams', /'protocol'/] },
    ],
    'daemon.status': [
      {
        what: 'lists the sessions with their engines',
        params: {},
        result: ({ sessions }) =>
          assert.deepEqual(
            sessions.map(({ name, torrents, engine }) => [name, torrents, engine.state]),
            [
              ['default', 2, 'idle'],
              ['other', 0, 'idle'],
            ],
          ),
      },
    ],
    'daemon.backup': [
      {
        what: 'writes a copy for the owner alone',
        params: ({ folder }) => ({ path: join(folder, 'copy.db') }),
        result: ({ file, size }) => {
          const stat = statSync(file)
          assert.deepEqual([stat.size, stat.mode & 0o777], [size, 0o600])
        },
      },
      {
        what: 'says why it cannot be written',
        params: { path: '/proc/nope/copy.db' },
        error: ['FileSystem', /the backup \/proc\/nope\/copy\.db could not be written: ENOENT/],
      },
      {
        what: 'says so below what is no folder',
        params: { path: '/proc/self/status/copy.db' },
        error: ['FileSystem', /copy\.db could not be written: ENOTDIR/],
      },
      { what: 'takes no NUL byte', params: { path: '/tmp/a\0b' }, error: ['InvalidValue', /NUL byte/] },
      { what: 'takes no relative path', params: { path: 'copy.db' }, error: ['InvalidValue', /absolute/] },
    ],
    'daemon.repair': [
      {
        what: 'has nothing to do while nothing is set aside',
        params: {},
        result: (result) => assert.deepEqual(result, { done: [], left: [] }),
      },
      {
        what: 'takes no other word',
        params: { forget: 'all' } as never,
        error: ['InvalidParams', /'forget'/],
      },
    ],
    'sys.versions': [
      {
        what: 'names this program and the Porla that it speaks for',
        params: {},
        result: ({ porla, porla_lua, libtorrent, node, webtorrent }) => {
          assert.equal(porla_lua.version, version)
          assert.match(porla.version, /^0\.\d+\.\d+$/)
          assert.match(libtorrent.version, /^2\.0/)
          assert.equal(node.version, process.versions.node)
          const { devDependencies } = JSON.parse(
            readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
          )
          assert.equal(webtorrent.version, devDependencies.webtorrent)
        },
      },
    ],
    'daemon.stop': [
      { what: 'asks to end', params: {}, result: (_, { stopped }) => assert.deepEqual(stopped, ['stop']) },
    ],
    'sessions.list': [
      {
        what: 'lists by name',
        params: {},
        result: ({ sessions }) =>
          assert.deepEqual(sessions, [
            {
              name: 'default',
              torrents_total: 2,
              is_listening: false,
              is_dht_running: false,
              is_paused: false,
              listen_port: 0,
            },
            {
              name: 'other',
              torrents_total: 0,
              is_listening: false,
              is_dht_running: false,
              is_paused: false,
              listen_port: 0,
            },
          ]),
      },
    ],
    'sessions.pause': [
      {
        what: 'pauses the default session',
        params: {},
        result: async (_, world) => {
          const { sessions } = (await world.call('sessions.list', {})) as Result<'sessions.list'>
          assert.deepEqual(
            sessions.map(({ name, is_paused }) => [name, is_paused]),
            [
              ['default', true],
              ['other', false],
            ],
          )
        },
      },
      { what: 'may be said twice', params: { name: 'default' } },
    ],
    'sessions.resume': [
      { what: 'resumes what runs', params: {} },
      {
        what: 'resumes what was paused',
        params: { name: 'other' },
        result: async (_, world) => {
          const paused = async () => {
            const { sessions } = (await world.call('sessions.list', {})) as Result<'sessions.list'>
            return sessions.filter(({ is_paused }) => is_paused).map(({ name }) => name)
          }
          await world.call('sessions.pause', { name: 'other' })
          assert.deepEqual(await paused(), ['other'])
          await world.call('sessions.resume', { name: 'other' })
          assert.deepEqual(await paused(), [])
        },
      },
    ],
    'sessions.metrics': [
      {
        what: 'counts places from 0',
        params: {},
        result: ({ metrics }) => {
          const places = Object.values(metrics)
          assert.deepEqual(
            places,
            places.map((_, i) => i),
          )
          assert.ok('net.recv_payload_bytes' in metrics && 'ses.num_error_torrents' in metrics)
        },
      },
    ],
    'sessions.settings.list': [
      {
        what: 'returns all of the default session',
        params: {},
        result: ({ settings }) => {
          assert.equal(Object.keys(settings).length, 261)
          assert.equal(settings.active_downloads, 0, 'of the configuration')
        },
      },
      {
        what: 'returns some',
        params: { name: 'other', keys: ['enable_dht', 'active_seeds'] },
        result: ({ settings }) => assert.deepEqual(settings, { enable_dht: false, active_seeds: 5 }),
      },
      {
        what: 'suggests a name',
        params: { keys: ['active_sedes'] },
        error: ['UnknownSetting', /'active_seeds'/],
      },
    ],
    'sessions.settings.update': [
      {
        what: 'sets what is given',
        params: { settings: { active_seeds: 8, download_rate_limit: -3 } },
        result: ({ settings, warnings }) => {
          assert.deepEqual([settings.active_seeds, settings.download_rate_limit, warnings], [8, 0, []])
        },
      },
      {
        what: 'warns of what has no effect',
        params: { settings: { aio_threads: 99 } },
        result: ({ settings, warnings, without_effect }) => {
          assert.deepEqual([settings.aio_threads, without_effect], [99, ['aio_threads']])
          assert.match(warnings.join(), /'aio_threads'.*no effect/)
        },
      },
      { what: 'refuses a name', params: { settings: { nope: 1 } }, error: ['UnknownSetting', /'nope'/] },
      {
        what: 'refuses a type',
        params: { settings: { active_seeds: 'x' } },
        error: ['InvalidValue', /'active_seeds' takes/],
      },
      {
        what: 'refuses who we are',
        params: { settings: { user_agent: 'x' } },
        error: ['InvalidValue', /'user_agent'/],
      },
    ],
    'sessions.settings.reset': [
      {
        what: 'gives the configuration back',
        params: { keys: ['active_downloads', 'active_seeds'] },
        result: ({ settings }) =>
          assert.deepEqual([settings.active_downloads, settings.active_seeds], [0, 5]),
      },
      { what: 'refuses a name', params: { keys: ['nope'] }, error: ['UnknownSetting', /'nope'/] },
    ],
    'settings.preset': [
      {
        what: 'returns what a preset sets',
        params: { preset: 'high_performance_seed' },
        result: ({ settings, defaults }) => {
          assert.deepEqual([settings.active_seeds, settings.active_downloads], [2000, undefined])
          assert.equal(defaults.active_downloads, 3)
        },
      },
      {
        what: 'refuses a name',
        params: { preset: 'fast' as 'default' },
        error: ['InvalidParams', /'preset'/],
      },
    ],
  }
