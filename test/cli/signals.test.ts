// Signals as any program takes them: what the caller ignores stays ignored, what ends a script loses no output.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { launcher, run } from '../helpers/program.ts'
import { waitUntil } from '../helpers/wait-until.ts'

const program = `"${process.execPath}" "${launcher}"`

/** Runs a shell script in which `$P` is the program; `cleared` has no trace of a nohup of the tests' own. */
function shell(script: string): ReturnType<typeof run> {
  const { _, ...env } = process.env
  return run('/bin/sh', ['-c', script.replaceAll('$P', program)], { env })
}

/** A script that says that it runs, and goes on for ever. */
const ticking = `timer = require("timers").new{ interval = 20, callback = function() if not said then said = true print("ticks") end end }`

/** Waits until FILE has a line, hangs the process `$p` up, and says how it is a little later. */
const hangUp = `
  until grep -qs ticks out; do sleep 0.05; done
  kill -HUP $p; sleep 0.3
  if kill -0 $p 2>/dev/null; then echo alive; kill $p; fi; wait $p; echo $?`

async function inFolder(t: TestContext, script: string): Promise<string> {
  const { mkdtemp, rm } = await import('node:fs/promises')
  const folder = await mkdtemp('/tmp/porla-lua-signals-')
  t.after(() => rm(folder, { recursive: true, force: true }))
  const { out, stderr } = await shell(`cd ${folder}; ${script}`)
  assert.equal(stderr, '')
  return out
}

test('SIGHUP ends a script with 129', async (t) => {
  assert.equal(await inFolder(t, `$P -e '${ticking}' > out 2>&1 & p=$!; ${hangUp}`), '129\n')
})

test('SIGHUP that a shell ignores stays ignored', async (t) => {
  assert.equal(
    await inFolder(t, `trap '' HUP; $P -e '${ticking}' > out 2>&1 & p=$!; ${hangUp}`),
    'alive\n143\n',
  )
})

test('SIGHUP that nohup ignores stays ignored, also under --timeout', async (t) => {
  // What bash, zsh and ksh put into `_`.
  const nohup = `_=/usr/bin/nohup nohup`
  assert.equal(await inFolder(t, `${nohup} $P -e '${ticking}' > out 2>&1 & p=$!; ${hangUp}`), 'alive\n143\n')
  assert.equal(
    await inFolder(t, `${nohup} $P --timeout 20 -e '${ticking}' > out 2>&1 & p=$!; ${hangUp}`),
    'alive\n143\n',
  )
})

test('commands of a script keep what it ignores', async (t) => {
  const masks = `os.execute("grep SigIgn /proc/self/status") io.popen("grep SigIgn /proc/self/status"):close()`
  const out = await inFolder(t, `trap '' HUP; $P -e '${masks}' & wait`)
  const bits = out.match(/[0-9a-f]$/gm)?.map((digit) => Number.parseInt(digit, 16) & 1)
  assert.deepEqual(bits, [1])
})

test('SIGUSR1 ends a script, and opens no debugger', async () => {
  const child = spawn(process.execPath, [launcher, '-e', 'print("runs") while true do end'])
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  child.kill('SIGUSR1')
  assert.equal(await signalOf(child), 'SIGUSR1')
  assert.doesNotMatch(said, /Debugger/)
})

test('SIGUSR1 ends a script that waits for callbacks, also under --timeout, and opens no debugger', async (t) => {
  for (const words of [[], ['--timeout', '20']]) {
    const child = spawn(process.execPath, [launcher, ...words, '-e', ticking])
    t.after(() => child.kill('SIGKILL'))
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const script = words.length === 0 ? child.pid : childOf(child.pid as number)
    // The thread that hears of interrupts has started by then.
    await waitUntil('its threads run', () => readdirSync(`/proc/${script}/task`).length > 8)
    process.kill(script as number, 'SIGUSR1')
    assert.equal(await signalOf(child), 'SIGUSR1')
    assert.equal(said, '')
  }
})

/** The process that one started. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim())
}

for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
  test(`what was printed before ${signal} is written`, async () => {
    const { _, ...env } = process.env
    const code =
      'for i = 1, 20 do print(i) io.write("and ", i, "\\n") end io.stderr:write("done") while true do end'
    const child = spawn(process.execPath, [launcher, '-e', code], { env })
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    await new Promise((resolve) => child.stderr.once('data', resolve))
    child.kill(signal)
    assert.equal(await signalOf(child), signal)
    assert.match(out, /^1\nand 1\n[\s\S]*20\nand 20\n$/)
  })
}

function signalOf(child: ChildProcess): Promise<NodeJS.Signals | null> {
  return new Promise((resolve) => child.once('close', (_, signal) => resolve(signal)))
}
