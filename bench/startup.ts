// How long a one-line script takes beside Node itself: `npm run bench:startup`. Medians of interleaved runs, so that
// a busy machine slows all of them alike.

import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const runs = 15
const launcher = fileURLToPath(new URL('../bin/porla-lua.js', import.meta.url))

interface Candidate {
  name: string
  words: string[]
  /** How many times Node's own time it may take. */
  target?: number
  times: number[]
}

const candidates: Candidate[] = [
  { name: 'node -e 0', words: ['-e', '0'], times: [] },
  { name: "porla-lua -e 'print(1)'", words: [launcher, '-e', 'print(1)'], target: 2.5, times: [] },
  {
    name: 'porla-lua, one call of the daemon',
    words: [launcher, '-e', 'require("sessions").list()'],
    target: 3,
    times: [],
  },
]

const folder = await mkdtemp(join(tmpdir(), 'porla-lua-bench-'))
const env = {
  ...process.env,
  PORLA_LUA_SOCKET: join(folder, 'run', 'daemon.sock'),
  PORLA_LUA_STATE_DIR: join(folder, 'state'),
  PORLA_LUA_CONFIG: join(folder, 'config.json'),
  PORLA_LUA_NO_START: '1',
}

/** Runs Node with these words to its end; returns milliseconds. Throws when it fails. */
function run(words: string[]): number {
  const start = performance.now()
  const { status, stderr } = spawnSync(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const time = performance.now() - start
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}\n${stderr}`)
  return time
}

function median(times: number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] as number
}

try {
  await writeFile(env.PORLA_LUA_CONFIG, '{"sessions":{"default":{}}}')
  run([launcher, 'daemon', 'start'])
  try {
    // The first round fills the compile cache and the disk's.
    for (let i = 0; i <= runs; i++) {
      for (const candidate of candidates) {
        const time = run(candidate.words)
        if (i > 0) candidate.times.push(time)
      }
    }
  } finally {
    run([launcher, 'daemon', 'stop'])
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

const base = median((candidates[0] as Candidate).times)
console.log(`Node ${process.version}, medians of ${runs} runs`)
for (const { name, times, target } of candidates) {
  const time = median(times)
  const ratio = target === undefined ? '' : `  ${(time / base).toFixed(2)} times Node (target ${target})`
  console.log(`${name.padEnd(36)}${time.toFixed(1).padStart(7)} ms${ratio}`)
}
