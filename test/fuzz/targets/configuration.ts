import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfigSync } from '../../../src/program/config/load-sync.ts'
import { ConfigError } from '../../../src/program/failure.ts'
import { launcher, run } from '../../helpers/program.ts'
import { anyJson, type Json, mutateJson } from '../json.ts'
import { mutate } from '../mutate.ts'
import type { Random } from '../random.ts'
import { base64, fromBase64, target } from '../target.ts'

type ConfigurationInput = {
  kind: 'toml' | 'yaml' | 'json'
  /** base64 */
  text: string
}

/** One of so many files is given to a daemon, too. */
const throughDoor = 60
const longestMs = 1000

/** Configuration files in each of their languages. */
export const configuration = target<ConfigurationInput>({
  name: 'configuration',
  make(random) {
    const kind = random.one(['toml', 'yaml', 'json'] as const)
    return { kind, text: base64(text(kind, random)) }
  },
  async open() {
    const folder = await mkdtemp(join(tmpdir(), 'porla-lua-fuzz-'))
    const counts = { read: 0, refused: 0, started: 0 }
    let number = 0
    return {
      lanes: 1,
      async play(input) {
        const file = join(folder, `config.${input.kind}`)
        writeFileSync(file, fromBase64(input.text))
        const start = performance.now()
        const how = read(file, folder)
        const tookMs = performance.now() - start
        counts[how]++
        if (tookMs > longestMs) throw new Error(`it took ${tookMs.toFixed(0)} ms`)
        if (number++ % throughDoor === 0 && how === 'refused') {
          counts.started++
          await refusedByDaemon(file, folder)
        }
        if (number % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
        rmSync(file)
      },
      note: () =>
        `${counts.read} were read, ${counts.refused} refused; ${counts.started} were given to a daemon`,
      close: () => rm(folder, { recursive: true, force: true }),
    }
  },
})

function read(file: string, home: string): 'read' | 'refused' {
  try {
    const { config } = loadConfigSync({ env: { HOME: home, PORLA_LUA_CONFIG: file } })
    assert.ok(config.sessions.has('default'), 'there is always a session called default')
    for (const [, { settings }] of config.sessions) {
      for (const value of Object.values(settings))
        assert.ok(['boolean', 'number', 'string'].includes(typeof value))
    }
    return 'read'
  } catch (error) {
    assert.ok(error instanceof ConfigError, `another error: ${error}`)
    assert.ok(error.message.includes(file), 'an error that does not name the file')
    assert.ok(error.message.length < 5000, 'an error with too many words')
    return 'refused'
  }
}

/** What cannot be read is exit code 78 with a sentence, and no daemon. */
async function refusedByDaemon(file: string, folder: string): Promise<void> {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    PORLA_LUA_CONFIG: file,
    PORLA_LUA_SOCKET: join(folder, 's', 'd.sock'),
    PORLA_LUA_STATE_DIR: join(folder, 'state'),
  }
  const { code, stderr } = await run(process.execPath, [launcher, 'daemon', 'run'], { env })
  assert.equal(code, 78, `exit code ${code} for what cannot be read: ${stderr.slice(0, 300)}`)
  assert.ok(!/this is a bug|^\s+at /m.test(stderr), `a stack: ${stderr.slice(0, 300)}`)
}

function text(kind: ConfigurationInput['kind'], random: Random): Buffer {
  if (random.once(20)) return random.bytes(random.next(200))
  const value = random.once(3) ? sample(random) : mutateJson(sample(random), random)
  const bytes = Buffer.from(
    kind === 'toml'
      ? toml(value as { [key: string]: Json }, '')
      : JSON.stringify(value, null, random.next(3)),
  )
  if (kind === 'yaml' && random.once(4)) return Buffer.from(yamlOdd(random))
  return random.once(3) ? mutate(bytes, random) : bytes
}

function sample(random: Random): Json {
  return {
    socket: random.one(['/tmp/x.sock', '~/s', 's', '', '\0']),
    state_dir: 'state',
    sessions: {
      default: {
        settings: {
          listen_interfaces: '127.0.0.1:0',
          enable_dht: random.once(2),
          active_downloads: random.edge(),
        },
      },
      [random.text()]: {
        settings: { [random.one(['download_rate_limit', 'user_agent', 'no_such'])]: anyJson(random) },
      },
    },
    presets: {
      default: {
        category: random.text(),
        tags: [random.text()],
        save_path: '/tmp',
        upload_limit: random.edge(),
        storage_mode: 'sparse',
      },
    },
  }
}

/** Good enough for our own samples; a value that TOML does not know is written as JSON has it. */
function toml(value: Json, path: string): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return `x = ${JSON.stringify(value)}\n`
  const plain = Object.entries(value).filter(
    ([, inner]) => typeof inner !== 'object' || inner === null || Array.isArray(inner),
  )
  const tables = Object.entries(value).filter(
    ([, inner]) => typeof inner === 'object' && inner !== null && !Array.isArray(inner),
  )
  const head = path === '' ? '' : `[${path}]\n`
  return [
    head,
    ...plain.map(([key, inner]) => `${JSON.stringify(key)} = ${JSON.stringify(inner)}\n`),
    ...tables.map(([key, inner]) =>
      toml(inner, path === '' ? JSON.stringify(key) : `${path}.${JSON.stringify(key)}`),
    ),
  ].join('')
}

function yamlOdd(random: Random): string {
  return random.one([
    'a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b]\nsessions: [*c, *c]\n',
    'sessions: &s\n  default: *s\n',
    'sessions: !!js/function "function () {}"\n',
    '$import: /etc/passwd\n',
    '<<: {sessions: 1}\n',
    'sessions:\n  default:\n    settings:\n      user_agent: !!binary "AAAA"\n',
    '--- \n---\n...\n',
    '? [a, b]\n: c\n',
    `${'['.repeat(random.one([100, 20_000]))}`,
    'presets: {default: {tags: 2001-01-01}}\n',
    '\ufeffsessions: {}\n',
  ])
}
