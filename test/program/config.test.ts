import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadConfig } from '../../src/program/config/load.ts'
import { ConfigError } from '../../src/program/failure.ts'
import { privateFolder } from '../rpc/support/serve.ts'

/** Writes files into a folder that stands for XDG_CONFIG_HOME/porla-lua. */
function setUp(t: TestContext, files: Record<string, string>) {
  const home = privateFolder(t)
  const folder = join(home, 'porla-lua')
  for (const [name, text] of Object.entries({ ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return { folder, env: { XDG_CONFIG_HOME: home, HOME: '/home/ada' } }
}

const toml = `
socket = "run/d.sock"
state_dir = "~/state"

[sessions.default.settings]
enable_dht = false
[sessions."my seeds"]
[sessions.constructor.settings]
active_seeds = -1
listen_interfaces = "127.0.0.1:0"

[presets.films]
category = "films"
tags = ["a", "b"]
save_path = "/data"
download_limit = 1000
storage_mode = "sparse"
"$hidden" = true
`
const yaml = `
socket: run/d.sock
state_dir: ~/state
sessions:
  default: { settings: { enable_dht: false } }
  my seeds: {}
  constructor: { settings: { active_seeds: -1, listen_interfaces: '127.0.0.1:0' } }
presets:
  films: { category: films, tags: [a, b], save_path: /data, download_limit: 1000, storage_mode: sparse, $hidden: true }
`
const json = JSON.stringify({
  socket: 'run/d.sock',
  state_dir: '~/state',
  sessions: {
    default: { settings: { enable_dht: false } },
    'my seeds': {},
    constructor: { settings: { active_seeds: -1, listen_interfaces: '127.0.0.1:0' } },
  },
  presets: {
    films: {
      category: 'films',
      tags: ['a', 'b'],
      save_path: '/data',
      download_limit: 1000,
      storage_mode: 'sparse',
      $hidden: true,
    },
  },
})

for (const [name, text] of Object.entries({
  'config.toml': toml,
  'config.yaml': yaml,
  'config.yml': yaml,
  'config.json': json,
})) {
  test(`config: ${name} is read`, async (t) => {
    const { folder, env } = setUp(t, { [name]: text })
    const config = await loadConfig({ env })
    assert.deepEqual(config, {
      file: join(folder, name),
      socket: join(folder, 'run/d.sock'),
      stateDir: '/home/ada/state',
      sessions: new Map([
        ['default', { settings: { enable_dht: false } }],
        ['my seeds', { settings: {} }],
        ['constructor', { settings: { active_seeds: -1, listen_interfaces: '127.0.0.1:0' } }],
      ]),
      presets: new Map([
        [
          'films',
          {
            category: 'films',
            tags: ['a', 'b'],
            save_path: '/data',
            download_limit: 1000,
            storage_mode: 'sparse',
            $hidden: true,
          },
        ],
      ]),
    })
  })
}

const defaults = { sessions: new Map([['default', { settings: {} }]]), presets: new Map() }

test('config: without a file there is one session', async (t) => {
  const { env } = setUp(t, {})
  assert.deepEqual(await loadConfig({ env }), { file: null, ...defaults })
  assert.deepEqual(await loadConfig({ env: { HOME: env.XDG_CONFIG_HOME } }), { file: null, ...defaults })
})

test('config: an empty file, or one of comments, says nothing', async (t) => {
  for (const [name, text] of Object.entries({
    'config.toml': '# nothing\n',
    'config.yaml': '# nothing\n',
    'config.json': ' ',
  })) {
    const { env, folder } = setUp(t, { [name]: text })
    assert.deepEqual(await loadConfig({ env }), { file: join(folder, name), ...defaults })
  }
})

test('config: default is there also when only others are named', async (t) => {
  const { env } = setUp(t, { 'config.json': '{"sessions":{"other":{}}}' })
  assert.deepEqual([...(await loadConfig({ env })).sessions.keys()], ['other', 'default'])
})

test('config: --config wins over PORLA_LUA_CONFIG, which wins over the folder', async (t) => {
  const { env, folder } = setUp(t, { 'config.toml': '', 'a.json': '{"socket":"/a"}', 'b.yml': 'socket: /b' })
  const both = { ...env, PORLA_LUA_CONFIG: join(folder, 'b.yml') }
  assert.equal((await loadConfig({ env: both })).socket, '/b')
  assert.equal((await loadConfig({ env: both, flag: join(folder, 'a.json') })).socket, '/a')
})

const hint = ' (keys of a script belong in [scripts.NAME], NAME being its file without .lua)'

/** Text of config.toml, and what is said of it after the file's name. */
const wrong: [text: string, message: string][] = [
  ['sokcet = "x"', `: sokcet is no known key; did you mean 'socket'?${hint}`],
  ['x = 1', `: x is no known key; known are socket, state_dir, sessions, presets, scripts${hint}`],
  ['socket = 5', ': socket is 5, expected a string'],
  ['socket = ""', ': socket is the string "", expected a path'],
  ['state_dir = 2026-01-02', ': state_dir is a date, expected a string'],
  ['sessions = 1', ': sessions is 1, expected a table'],
  ['[[sessions]]', ': sessions is a list of 1, expected a table'],
  ['[sessions]\n"" = {}', ': sessions."": a name must have letters and no control characters'],
  ['[sessions.a]\nsetings = {}', ": sessions.a.setings is no known key; did you mean 'settings'?"],
  [
    '[sessions."a b".settings]\nx = 1.5',
    ': sessions."a b".settings.x is 1.5, expected true, false, a whole number or a string',
  ],
  [
    '[sessions.a.settings]\nx = []',
    ': sessions.a.settings.x is an empty list, expected true, false, a whole number or a string',
  ],
  [
    '[presets.a]\ncategroy = "x"',
    ": presets.a.categroy is no known key of a preset; did you mean 'category'?",
  ],
  ['[presets.a]\ntags = "x"', ': presets.a.tags is the string "x", expected a list of strings'],
  ['[presets.a]\ntags = ["x", 1]', ': presets.a.tags[1] is 1, expected a string'],
  [
    '[presets.a]\nupload_limit = "1"',
    ': presets.a.upload_limit is the string "1", expected a whole number from -2147483648 to 2147483647',
  ],
  [
    '[presets.a]\nstorage_mode = "full"',
    ': presets.a.storage_mode is the string "full", expected "sparse" or "allocate"',
  ],
  ['[presets.a]\n"$hidden" = 1', ': presets.a.$hidden is 1, expected true or false'],
  ['"$import" = "other.toml"', ': $import is not known; a configuration is one file'],
]

for (const [text, message] of wrong) {
  test(`config: ${JSON.stringify(text)} is refused`, async (t) => {
    const { env, folder } = setUp(t, { 'config.toml': text })
    await assert.rejects(loadConfig({ env }), (error: unknown) => {
      assert.ok(error instanceof ConfigError)
      assert.equal(error.exitCode, 78)
      assert.equal(error.message, `${join(folder, 'config.toml')}${message}`)
      return true
    })
  })
}

test('config: a text that does not parse names file, place and reason', async (t) => {
  const broken = { 'config.toml': 'a = \n', 'config.yaml': 'a: [1', 'config.json': '{"a"' }
  for (const [name, text] of Object.entries(broken)) {
    const { env, folder } = setUp(t, { [name]: text })
    const file = join(folder, name)
    await assert.rejects(loadConfig({ env }), (error: Error) => {
      assert.ok(error instanceof ConfigError)
      assert.ok(error.message.startsWith(`${file}: cannot be read: `), error.message)
      assert.match(error.message, /1: {2}a = |\(1:\d+\)|position \d/)
      return true
    })
  }
})

test('config: what is not a table at the top is refused', async (t) => {
  for (const text of ['5', '[]', 'true']) {
    const { env, folder } = setUp(t, { 'config.json': text })
    await assert.rejects(loadConfig({ env }), {
      message: new RegExp(`^${join(folder, 'config.json')} is .*, expected a table$`),
    })
  }
})

test('config: two files beside each other are both named', async (t) => {
  const { env, folder } = setUp(t, { 'config.toml': '', 'config.json': '{}' })
  await assert.rejects(loadConfig({ env }), {
    name: 'ConfigError',
    message: `there are two configuration files, ${folder}/config.toml and ${folder}/config.json; keep one of them`,
  })
})

test('config: a named file that is not there, a folder, and a kind that is not read', async (t) => {
  const { env, folder } = setUp(t, { 'x.js': 'throw 1', 'd.toml/inside': '' })
  const ask = (name: string) => loadConfig({ env, flag: join(folder, name) })
  await assert.rejects(ask('gone.toml'), {
    message: `the configuration file ${folder}/gone.toml (--config) does not exist`,
  })
  await assert.rejects(ask('d.toml'), {
    message: `the configuration file ${folder}/d.toml (--config) is a folder`,
  })
  await assert.rejects(ask('x.js'), {
    message: `the configuration file ${folder}/x.js (--config) must end in .toml, .yaml, .yml, .json`,
  })
  await assert.rejects(loadConfig({ env: { PORLA_LUA_CONFIG: '/nope.toml' } }), {
    message: /\(PORLA_LUA_CONFIG\) does not exist/,
  })
})

test('config: settings are checked by the table that is given', async (t) => {
  const { env, folder } = setUp(t, { 'config.toml': '[sessions.a.settings]\ngood = 1\nbad = 2\n' })
  const asked: unknown[] = []
  const checkSetting = (name: string, value: unknown) => {
    asked.push([name, value])
    return name === 'bad' ? "'bad' is no setting" : null
  }
  await assert.rejects(loadConfig({ env, checkSetting }), {
    message: `${folder}/config.toml: sessions.a.settings.bad: 'bad' is no setting`,
  })
  assert.deepEqual(asked, [
    ['good', 1],
    ['bad', 2],
  ])
})

test('config: nothing in or above the current folder is read, let alone run', (t) => {
  const { env, folder } = setUp(t, {
    'config.toml': 'socket = "/right"',
    'here/.config/config.cjs': 'require("fs").writeFileSync(__dirname + "/ran", ""); module.exports = {}',
    'here/.config/config.js': 'require("fs").writeFileSync(__dirname + "/ran", ""); module.exports = {}',
    'here/package.json': '{ this is broken',
    'here/porla-lua.config.js': 'require("fs").writeFileSync(__dirname + "/ran", "")',
    'here/.porla-luarc': 'socket: /wrong',
    'here/config.toml': 'socket = "/wrong"',
    'here/sub/x': '',
  })
  const code = `
    import { loadConfig } from ${JSON.stringify(new URL('../../src/program/config/load.ts', import.meta.url).href)}
    console.log((await loadConfig({ env: process.env })).socket, process.cwd())`
  for (const cwd of [join(folder, 'here'), join(folder, 'here/sub')]) {
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
      cwd,
      env,
      encoding: 'utf8',
    })
    assert.equal(out, `/right ${cwd}\n`)
  }
  assert.equal(existsSync(join(folder, 'here/.config/ran')), false)
  assert.equal(existsSync(join(folder, 'here/ran')), false)
})

test('config: keys of Porla are accepted with one warning, refused where they would matter', async (t) => {
  const accepted = setUp(t, {
    'config.toml':
      'db = "x.db"\nworkflow_dir = "w"\n[http]\nport = 1\n[timer]\nsave_state = 5\n[plugins]\nallow_git = true',
  })
  const { warning, ...rest } = await loadConfig({ env: accepted.env })
  assert.deepEqual(rest, { file: join(accepted.folder, 'config.toml'), ...defaults })
  assert.match(
    warning ?? '',
    /config\.toml: keys of Porla have no meaning here: db \(.*state_dir.*\), .*plugins \(/,
  )

  for (const [text, message] of [
    ['[proxy]\nhost = "h"', /config\.toml: proxy is a key of Porla; write proxy_type, proxy_hostname/],
    [
      'listen_interfaces = [["eth0", 1]]',
      /listen_interfaces is a key of Porla; write listen_interfaces = "ADDRESS/,
    ],
    [
      '[session_settings]\nbase = "default"',
      /session_settings is a key of Porla; write \[sessions\.default\.settings\]/,
    ],
    [
      'folder = "/x"',
      /folder is no known key; known are .*, scripts \(keys of a script belong in \[scripts\.NAME\]/,
    ],
    ['[scripts]\nfolder = "/x"', /scripts\.folder is the string "\/x", expected a table/],
    ['scripts = 1', /scripts is 1, expected a table/],
  ] as const) {
    const { env } = setUp(t, { 'config.toml': text })
    await assert.rejects(
      loadConfig({ env }),
      (error) => error instanceof ConfigError && message.test(error.message),
    )
  }
})

test('config: what stands in the tables of scripts is their own affair', async (t) => {
  const { env } = setUp(t, { 'config.yaml': 'scripts: {a: {socket: 1, b: {c: [1, {d: 2}]}}, "x.y": {}}' })
  assert.deepEqual((await loadConfig({ env })).presets, new Map())
})
