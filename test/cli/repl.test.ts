// The interactive mode on a real pseudo-terminal.

import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../helpers/lua.ts'
import { Terminal } from './support/terminal.ts'

/** A prompt with the cursor behind it, as the line editor leaves it. */
const prompt = new RegExp(`> ${String.fromCharCode(27)}\\[3G$`)
// not what is typed, which is echoed
const ownPrompt = new RegExp(`lua\\$ ${String.fromCharCode(27)}\\[6G$`)
const secondPrompt = new RegExp(`>> ${String.fromCharCode(27)}\\[4G$`)
const ctrlC = '\u0003'
const ctrlD = '\u0004'
const up = '\u001b[A'

async function start(t: TestContext, words: string[] = [], folder?: string) {
  const home = folder ?? (await temporaryFolder(t))
  const terminal = new Terminal(t, words, { HOME: home, XDG_STATE_HOME: join(home, 'state') })
  return { terminal, home, history: join(home, 'state', 'porla-lua', 'history') }
}

test('values are shown, lines are continued, Ctrl-D leaves with 0', { timeout: 30_000 }, async (t) => {
  const { terminal } = await start(t)
  assert.match(await terminal.shows(prompt), /^Lua 5\.4 .*PUC-Rio\r\n/)
  assert.match(await terminal.line('1 + 1, "a"', prompt), /\r\n2\ta\r\n/)
  assert.match(await terminal.line('=_VERSION', prompt), /\r\nLua 5\.4\r\n/)
  await terminal.line('for i = 1, 2 do', secondPrompt)
  await terminal.line('print("line " .. i)', secondPrompt)
  assert.match(await terminal.line('end', prompt), /\r\nline 1\r\nline 2\r\n/)
  await terminal.line('_PROMPT = "lua$ "', ownPrompt)
  terminal.type(ctrlD)
  assert.equal(await terminal.exitCode, 0)
})

test('an error leaves it alive, with its traceback', { timeout: 30_000 }, async (t) => {
  const { terminal } = await start(t)
  await terminal.shows(prompt)
  const error = await terminal.line('x = 5 error("boom")', prompt)
  assert.match(error, /\r\nstdin:1: boom\r\nstack traceback:\r\n\t\[C\]: in function 'error'\r\n/)
  assert.match(await terminal.line('x = = 1', prompt), /stdin:1: unexpected symbol near '='/)
  assert.match(await terminal.line('x', prompt), /\r\n5\r\n/)
  await terminal.line('os.exit(7)', /exit\(7\)\r\r?\n/)
  assert.equal(await terminal.exitCode, 7)
})

test('Ctrl-C stops what runs, and not the program', { timeout: 30_000 }, async (t) => {
  const { terminal } = await start(t)
  await terminal.shows(prompt)
  await terminal.line('print("runs") while true do end', /\r\nruns\r\n/)
  terminal.type(ctrlC)
  assert.match(await terminal.shows(prompt), /interrupted!\r\nstack traceback:/)
  // As in lua it is an error, which a script can catch; and it reaches coroutines.
  await terminal.line('co = coroutine.wrap(function() print("runs") while true do end end)', prompt)
  await terminal.line('pcall(co)', /\r\nruns\r\n/)
  terminal.type(ctrlC)
  assert.match(await terminal.shows(prompt), /false\t.*interrupted!/)
  await terminal.line('print("runs") while true do os.execute("sleep 0.05") end', /\r\nruns\r\n/)
  terminal.type(ctrlC)
  assert.match(await terminal.shows(prompt), /interrupted!/)
  assert.match(await terminal.line('1 + 1', prompt), /\r\n2\r\n/)
})

test('Ctrl-C at the prompt clears the line, and the lines before it', { timeout: 30_000 }, async (t) => {
  const { terminal } = await start(t)
  await terminal.shows(prompt)
  terminal.type('error("not run"')
  await terminal.shows(/not run"$/)
  terminal.type(ctrlC)
  await terminal.shows(prompt)
  await terminal.line('if true then', secondPrompt)
  terminal.type(ctrlC)
  await terminal.shows(prompt)
  assert.match(await terminal.line('1 + 1', prompt), /\r\n2\r\n/)
})

test('a second Ctrl-C ends what no instruction can stop', { timeout: 30_000 }, async (t) => {
  const { terminal } = await start(t)
  await terminal.shows(prompt)
  await terminal.line('print("runs") string.find(string.rep("a", 1000000), ".*b")', /\r\nruns\r\n/)
  terminal.type(ctrlC)
  await terminal.shows(/\^C/)
  // Two that come before the program has run in between are one for the kernel: so press again, as people do.
  const again = setInterval(() => terminal.type(ctrlC), 200)
  t.after(() => clearInterval(again))
  assert.equal(await terminal.exitCode, 130)
})

test('the history goes from run to run, is private, and has an end', { timeout: 30_000 }, async (t) => {
  const first = await start(t)
  await first.terminal.shows(prompt)
  await first.terminal.line('20 + 1', prompt)
  await first.terminal.line('20 + 2', prompt)
  first.terminal.type(ctrlD)
  await first.terminal.exitCode
  assert.equal(readFileSync(first.history, 'utf8'), '20 + 1\n20 + 2\n')
  assert.equal(statSync(first.history).mode & 0o777, 0o600)

  const many = Array.from({ length: 2500 }, (_, i) => `-- ${i}`)
  writeFileSync(first.history, `${many.join('\n')}\n20 + 1\n20 + 2\n`)
  const second = await start(t, [], first.home)
  await second.terminal.shows(prompt)
  second.terminal.type(up)
  await second.terminal.shows(/20 \+ 2/)
  second.terminal.type(up)
  await second.terminal.shows(/20 \+ 1/)
  assert.match(await second.terminal.line('', prompt), /\r\n21\r\n/)
  second.terminal.type(ctrlD)
  assert.equal(await second.terminal.exitCode, 0)
  const kept = readFileSync(first.history, 'utf8').trimEnd().split('\n')
  assert.equal(kept.length, 1001)
  assert.deepEqual(kept.slice(-3), ['20 + 1', '20 + 2', '20 + 1'])
})

test('io.read and children have the terminal while a line runs', { timeout: 30_000 }, async (t) => {
  const { terminal } = await start(t)
  await terminal.shows(prompt)
  await terminal.line('print("asks") x = io.read()', /\r\nasks\r\n/)
  await terminal.line('typed', prompt)
  assert.match(await terminal.line('x', prompt), /\r\ntyped\r\n/)
  await terminal.line('os.execute("echo asks; read y; echo got $y")', /\r\nasks\r\n/)
  assert.match(await terminal.line('it', prompt), /got it\r\ntrue\texit\t0/)
})

test('names are completed', { timeout: 30_000 }, async (t) => {
  const { terminal } = await start(t)
  await terminal.shows(prompt)
  terminal.type('strin\t')
  await terminal.shows(/string$/)
  terminal.type('.form\t')
  await terminal.shows(/\.format$/)
  assert.match(await terminal.line('("%d", 7)', prompt), /\r\n7\r\n/)
  await terminal.line('s = "text"', prompt)
  terminal.type('s:upp\t')
  await terminal.shows(/upper$/)
  assert.match(await terminal.line('()', prompt), /\r\nTEXT\r\n/)
})

test('-i goes on after the script', { timeout: 30_000 }, async (t) => {
  const { terminal } = await start(t, ['-e', 'x = 5', '-i', '-'])
  terminal.type('y = 6\n')
  terminal.type(ctrlD)
  await terminal.shows(prompt)
  assert.match(await terminal.line('x + y', prompt), /\r\n11\r\n/)
})

test('--timeout is for scripts', { timeout: 30_000 }, async (t) => {
  const { terminal } = await start(t, ['--timeout', '5', '-i'])
  await terminal.shows(/porla-lua: '--timeout' is for scripts.*\r\n/)
  assert.equal(await terminal.exitCode, 1)
})
