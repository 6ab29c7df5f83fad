// process: real programs.

import assert from 'node:assert/strict'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { runLua, temporaryFolder } from '../helpers/lua.ts'
import { startLua } from './support.ts'

test('arguments, both outputs, exit code and signal', async (t) => {
  const { code, out, stderr } = await runLua(
    t,
    `local process = require("process")
     local sh = process.search_path("sh")
     process.launch{ file = sh, args = { "-c", 'printf "%s|" "$0" "$@"; echo bad >&2; exit 3', "a b", "", "*", "ü" },
       done = function(...) print(select("#", ...), ...) end }
     process.launch{ file = sh, args = { "-c", "kill -TERM $$" }, done = function(status, stdout)
       print(math.type(status), status, stdout == "")
     end }
     process.launch{ file = sh, args = { "-c", "cat; echo read $?" }, done = function(_, stdout) io.write(stdout) end }
     process.launch{ file = "/bin/true" }`,
  )
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  for (const line of ['3\t3\ta b||*|ü|\tbad', 'integer\t143\ttrue', 'read 0'])
    assert.ok(out.includes(`${line}\n`), out)
})

test('a child may write more than a pipe holds to both its outputs', async (t) => {
  const { code, out } = await runLua(
    t,
    `require("process").launch{
       file = "/bin/sh",
       args = { "-c", "head -c 3000000 /dev/zero; head -c 2000000 /dev/zero >&2; head -c 1000000 /dev/zero" },
       done = function(status, stdout, stderr) print(status, #stdout, #stderr, stdout == ("\\0"):rep(4000000)) end,
     }`,
  )
  assert.deepEqual({ code, out }, { code: 0, out: '0\t4000000\t2000000\ttrue\n' })
})

test('PATH is searched by search_path alone', async (t) => {
  const folder = await temporaryFolder(t)
  await mkdir(join(folder, 'bin/folder'), { recursive: true })
  await writeFile(join(folder, 'bin/tool'), '#!/bin/sh\necho "I am $0"\n')
  await writeFile(join(folder, 'bin/plain'), 'x')
  await chmod(join(folder, 'bin/tool'), 0o755)
  const { code, out } = await runLua(
    t,
    `local process = require("process")
     for _, name in ipairs { "tool", "plain", "folder", "nothing", "", "bin/tool" } do print(name, process.search_path(name)) end
     print(pcall(process.launch, { file = "tool", args = {} }))
     print(pcall(process.launch, { file = "bin/plain", args = {} }))
     print(pcall(process.launch, { file = "bin", args = {} }))
     print(pcall(process.launch, { args = {} }))
     process.launch{ file = "bin/tool", args = {}, done = function(status, stdout) print(status, stdout) end }`,
    { cwd: folder, env: { PATH: `${join(folder, 'none')}:${join(folder, 'bin')}` } },
  )
  assert.equal(code, 0)
  const lines = out.split('\n')
  assert.deepEqual(lines.slice(0, 6), [
    `tool\t${join(folder, 'bin/tool')}`,
    'plain\t',
    'folder\t',
    'nothing\t',
    '\t',
    'bin/tool\t',
  ])
  assert.match(lines[6] as string, /^false\t.*cannot start 'tool': No such file or directory$/)
  assert.match(lines[7] as string, /^false\t.*cannot start 'bin\/plain': Permission denied$/)
  assert.match(lines[8] as string, /^false\t.*cannot start 'bin': it is a folder$/)
  assert.match(lines[9] as string, /^false\t.*needs a file/)
  assert.match(lines[10] as string, /^0\tI am /)
})

test('a child that outlives the script does not hold it up', async (t) => {
  const start = performance.now()
  const script = await startLua(
    t,
    await temporaryFolder(t),
    `require("process").launch{ file = "/bin/sleep", args = { "3" }, done = function() print("never") end }
     timer = require("timers").new{ interval = 1, callback = function() os.exit(5) end }`,
  )
  const { code, out } = await script.end
  assert.deepEqual({ code, out }, { code: 5, out: '' })
  assert.ok(performance.now() - start < 2500)
})
