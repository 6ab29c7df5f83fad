// Names that come from the network never reach a terminal raw.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { visible } from '../../src/program/visible.ts'
import { Terminal } from '../cli/support/terminal.ts'
import { startDaemon, type TestDaemon } from '../helpers/daemon.ts'
import { root } from '../helpers/program.ts'

const hash = 'cd'.repeat(20)
/** What a terminal gets from us may hold nothing but lines. */
const tame = (text: string) => assert.equal(visible(text, { keep: '\r\n\t' }), text)

async function onTerminal(t: import('node:test').TestContext, daemon: TestDaemon, words: string[]) {
  const terminal = new Terminal(t, words, { ...daemon.env, NO_COLOR: '1' })
  const shown = terminal.shows(/\n$/)
  const code = await terminal.exitCode
  return { text: await shown, code }
}

test('dn of a magnet link is cleaned as file names are; what stays is escaped on a terminal only', async (t) => {
  const daemon = await startDaemon(t)
  const dn = '%1b]0;owned%07%1b[31mred%0aline2%c2%9b1m%e2%80%ae/%e2%81%a6'
  const uri = `magnet:?xt=urn:btih:${hash}&dn=${dn}`
  const name = '_]0;owned__[31mred_line2\u009b1m\u2066'
  assert.equal(await daemon.ok('print(AddTorrentParams.from_magnet(arg[1]).name)', [uri]), name)
  const folder = await daemon.makeFolder('d')
  const params = { session: 'default', save_path: folder, magnet_uri: uri }
  assert.equal((await daemon.run(['call', 'torrents.add', JSON.stringify(params)])).code, 0)

  const query = ['call', 'torrents.list', '{"session":"default","fields":["name"]}']
  const piped = await daemon.run(query)
  assert.equal(JSON.parse(piped.out).torrents[0].name, name)
  assert.ok(piped.out.includes('\u009b1m\u2066'), 'data stays as it is')
  const shown = await onTerminal(t, daemon, query)
  tame(shown.text)
  assert.equal(JSON.parse(shown.text).torrents[0].name, name)

  const list = await daemon.run([join(root, 'examples/list.lua')])
  assert.match(list.out, /^default\t_\]0;owned__\[31mred_line2\\u\{9b\}1m\\u\{2066\}\tdownloading_metadata/)
})

test('errors and warnings echo what they are about as escapes on a terminal, and raw into a pipe', async (t) => {
  const daemon = await startDaemon(t)
  const evil = 'a\x1b[31mb\u009bc\u202ed'
  const cases: string[][] = [
    ['-e', `error("${evil}", 0)`],
    ['-e', `require("sessions").get("default"):settings()["${evil}"] = 1`],
    ['-e', `require("${evil}")`],
    ['call', evil],
    ['call', 'torrents.find', JSON.stringify({ session: evil, info_hash: hash })],
    ['call', 'torrents.list', `{"session":"default","query":${JSON.stringify(evil)}}`],
    ['--lock', evil, '--no-such'],
    [`/no/${evil}.lua`],
  ]
  for (const words of cases) {
    const { text, code } = await onTerminal(t, daemon, words)
    tame(text)
    assert.notEqual(code, 0, words.join(' '))
  }
  const piped = await daemon.lua('error(arg[1], 0)', [evil])
  assert.ok(piped.stderr.includes(evil))
})

test('text of the objects, and log, are one line whatever a name holds', async (t) => {
  const daemon = await startDaemon(t)
  const code = `
    local params = AddTorrentParams.new()
    params.name = "a\\u{9b}b\\nc"
    print(params)
    require("log").info("x\\27[1my\\nz")
    print(require("log").visible("t\\t\\u{202e}"), pcall(require("log").visible, {}))`
  const { out, stderr } = await daemon.lua(code)
  assert.equal(
    out,
    "AddTorrentParams (a\\u{9b}b\\nc)\nt\\t\\u{202e}\tfalse\tbad argument #1 to 'log.visible' (string expected, got table)\n",
  )
  assert.match(stderr, /INFO {4}x\\x1b\[1my\\nz\n$/)
})
