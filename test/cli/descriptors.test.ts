// Descriptors of the caller: a script and its commands have them, as with any program; a daemon has none of them.

import assert from 'node:assert/strict'
import { readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { launcher, run } from '../helpers/program.ts'
import { setup } from './commands-setup.ts'

const program = `"${process.execPath}" "${launcher}"`

test('a script, its commands and what --timeout watches have every descriptor of the caller', async () => {
  const code = `
    io.open("/dev/fd/9", "w"):write("script ")
    os.execute("printf 'command ' >&9")
    io.popen("printf 'pipe' >&9"):close()`
  for (const options of ['', '--timeout 20']) {
    for (const fd of [3, 7, 9]) {
      const script = code.replaceAll('9', String(fd))
      const { out, stderr } = await run('/bin/bash', [
        '-c',
        `{ ${program} ${options} -e "$0" ${fd}>&1 >/dev/null; } | cat`,
        script,
      ])
      assert.deepEqual({ options, fd, out, stderr }, { options, fd, out: 'script command pipe', stderr: '' })
    }
  }
})

test('a command sees the end of its input, although others were started meanwhile', async () => {
  const code = `local cat = io.popen("cat", "w") cat:write("seen\\n")
    local sleep = io.popen("exec sleep 20 >/dev/null 2>&1", "w") cat:close() os.execute("true") os.exit(0)`
  const { out } = await run(process.execPath, [launcher, '-e', code], { timeoutMs: 10_000 })
  assert.equal(out, 'seen\n')
})

test('a daemon that a script starts holds nothing of its caller', async (t) => {
  const { folder, env, run: porla } = await setup(t)
  const script = `exec 5>${folder}/held 16>${folder}/held 200>${folder}/held; ${program} -e 'print(require("sessions").get("default").name)'`
  const { out, stderr } = await run('/bin/bash', ['-c', script], { env, cwd: folder })
  assert.equal(out, 'default\n', stderr)
  const { pid, sessions } = JSON.parse((await porla(['daemon', 'status', '--json'])).out)
  const all = [pid, ...sessions.map((session: { engine: { pid: number | null } }) => session.engine.pid)]
  for (const one of all) {
    if (one === null) continue
    const folderOf = `/proc/${one}/fd`
    const targets = readdirSync(folderOf).flatMap((fd) => {
      try {
        return [readlinkSync(join(folderOf, fd))]
      } catch {
        return []
      }
    })
    assert.deepEqual(
      targets.filter((target) => target.endsWith('/held')),
      [],
    )
  }
})
