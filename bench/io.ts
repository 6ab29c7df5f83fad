// 100 MB written with io.write into a pipe, and read from one, beside lua5.4: `npm run bench:io`. Paired runs and
// medians; each time is also given without that of an empty script. The target is twice the time of lua5.4.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const rounds = 5
const launcher = fileURLToPath(new URL('../bin/porla-lua.js', import.meta.url))
const programs = { lua: ['lua5.4'], ours: [process.execPath, launcher] }
const target = 2
const block = Buffer.alloc(1 << 20, 'a line of 49 bytes, as they are in files of logs\n')
const total = 100_000_000

interface Work {
  name: string
  code: string
  /** Whether the script gets the bytes on stdin. */
  reads?: boolean
}

const works: Work[] = [
  { name: 'nothing', code: '' },
  {
    name: 'io.write, 1,000 bytes',
    code: 'local s = ("x"):rep(1000) for i = 1, 100000 do io.write(s) end',
  },
  {
    name: 'io.write, 50 bytes',
    code: 'local s = ("x"):rep(50) for i = 1, 2000000 do io.write(s) end',
  },
  { name: 'io.read("a")', code: `assert(#io.read("a") == ${total})`, reads: true },
  {
    name: 'io.lines',
    code: `local n = 0 for line in io.lines() do n = n + #line + 1 end assert(n >= ${total})`,
    reads: true,
  },
]

/** Runs a script to its end, feeding or counting the bytes; returns milliseconds. */
async function run(words: string[], { code, reads, name }: Work): Promise<number> {
  const [file, ...rest] = words as [string, ...string[]]
  const start = performance.now()
  const child = spawn(file, [...rest, '-e', code], {
    env: { ...process.env, PORLA_LUA_NO_START: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let received = 0
  child.stdout.on('data', (chunk: Buffer) => {
    received += chunk.length
  })
  child.stdin.on('error', () => {})
  for (let sent = 0; reads && sent < total; sent += block.length) {
    const part = block.subarray(0, Math.min(block.length, total - sent))
    if (!child.stdin.write(part)) await once(child.stdin, 'drain')
  }
  child.stdin.end()
  const [exit] = await once(child, 'close')
  const time = performance.now() - start
  const expected = name.startsWith('io.write') ? total : 0
  if (exit !== 0 || received !== expected)
    throw new Error(`${file}, ${name}: exit ${exit}, ${received} bytes`)
  return time
}

function median(times: number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] as number
}

let empty = { lua: 0, ours: 0 }
console.log(`100 MB through a pipe, medians of ${rounds} paired runs, milliseconds (without start-up)`)
for (const work of works) {
  const times: Record<keyof typeof programs, number[]> = { lua: [], ours: [] }
  for (let i = 0; i <= rounds; i++) {
    for (const name of ['lua', 'ours'] as const) {
      const time = await run(programs[name], work)
      // The first round warms caches.
      if (i > 0) times[name].push(time)
    }
  }
  const [lua, ours] = [median(times.lua), median(times.ours)]
  if (work.code === '') empty = { lua, ours }
  const [bareLua, bareOurs] = [lua - empty.lua, ours - empty.ours]
  const ratio = work.code === '' ? '' : `  ${(bareOurs / bareLua).toFixed(2)} times (target ${target})`
  console.log(
    `${work.name.padEnd(24)} lua5.4 ${lua.toFixed(0).padStart(5)} (${bareLua.toFixed(0)})` +
      `  porla-lua ${ours.toFixed(0).padStart(5)} (${bareOurs.toFixed(0)})` +
      `  ${(ours / lua).toFixed(2)} times${ratio && `, without start-up${ratio}`}`,
  )
}
