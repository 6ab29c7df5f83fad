// porla.init and porla.destroy. Porla calls init when the main chunk has ended well, and destroy when it lets a plugin
// go whose main chunk and init were well (src/lua/plugin.cpp of Porla).

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../helpers/lua.ts'
import { porlaLua } from '../helpers/program.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { type Running, startLua } from '../packages/support.ts'

const hooks = `
  function porla.init() print("init") end
  function porla.destroy() print("destroy") end
`
const timer = `timer = require("timers").new{ interval = 5, callback = function() timer:cancel() STEP end }`
/** It waits when it has said so: before that, a signal does what it does to any program. */
const forever = `stay = require("timers").new{ interval = 20, callback = function()
  stay:cancel()
  stay = require("timers").new{ interval = 60000, callback = print }
  print("waits")
end }`

interface Case {
  code: string
  out: string
  exit?: number
  stderr?: RegExp
}

const cases: Record<string, Case> = {
  'one after the other when the script has nothing more to do': {
    code: `${hooks} print("chunk")`,
    out: 'chunk\ninit\ndestroy\n',
  },
  'the skeleton of the documentation, with log': {
    code: `
      local log = require "log"
      function porla.init() log.info "Init plugin" end
      function porla.destroy() log.info "Destroying plugin" end`,
    out: '',
    stderr: /Init plugin\n.*Destroying plugin\n$/,
  },
  'around the callbacks, which may come from init': {
    code: `${hooks}
      local own = porla.init
      function porla.init() own() ${timer.replace('STEP', 'print("tick")')} end`,
    out: 'init\ntick\ndestroy\n',
  },
  'only one of them, or neither': { code: 'porla.destroy = function() print("end") end', out: 'end\n' },
  'values that are no functions are nothing': { code: 'porla.init, porla.destroy = 1, {}', out: '' },
  'a table of the script in the place of ours': {
    code: 'porla = { init = function(...) print("init", select("#", ...)) end }',
    out: 'init\t0\n',
  },
  'no table at all': { code: 'porla = nil', out: '' },
  'neither after a main chunk that failed': {
    code: `${hooks} error("broken")`,
    out: '',
    exit: 1,
    stderr: /^porla-lua: \S*script\.lua:\d+: broken\nstack traceback:\n/,
  },
  'an init that fails is an error of the script: nothing goes on, and there is nothing to take back': {
    code: `${hooks} ${timer.replace('STEP', 'print("tick")')}
      function porla.init() error("not today") end`,
    out: '',
    exit: 1,
    stderr:
      /^porla-lua: \S*script\.lua:\d+: not today\nstack traceback:\n(.*\n)*.*script\.lua:5: in function/,
  },
  'a destroy that fails is one too': {
    code: `${hooks} function porla.destroy() print("destroy") nothing.x = 1 end`,
    out: 'init\ndestroy\n',
    exit: 1,
    stderr: /^porla-lua: \S*script\.lua:\d+: attempt to index a nil value \(global 'nothing'\)\n/,
  },
  'an error in a callback does not keep destroy away': {
    code: `${hooks} ${timer.replace('STEP', 'error("in passing")')}`,
    out: 'init\ndestroy\n',
    exit: 1,
    stderr: /in passing/,
  },
  'os.exit in a callback, with its exit code': {
    code: `${hooks} ${timer.replace('STEP', 'os.exit(7)')} stay = require("timers").new{ interval = 60000, callback = print }`,
    out: 'init\ndestroy\n',
    exit: 7,
  },
  'os.exit in init': {
    code: `${hooks} function porla.init() print("init") os.exit(3, true) end`,
    out: 'init\ndestroy\n',
    exit: 3,
  },
  'os.exit in a coroutine': {
    code: `${hooks} function porla.init() coroutine.wrap(function() os.exit(4) end)() end`,
    out: 'destroy\n',
    exit: 4,
  },
  'os.exit in destroy': {
    code: `${hooks} function porla.destroy() print("destroy") os.exit(5) end`,
    out: 'init\ndestroy\n',
    exit: 5,
  },
  'os.exit in the main chunk: init was not due yet': { code: `${hooks} os.exit(6)`, out: '', exit: 6 },
  'a destroy that fails after os.exit(0)': {
    code: `${hooks} ${timer.replace('STEP', 'os.exit(0)')} function porla.destroy() error("late") end`,
    out: 'init\n',
    exit: 1,
    stderr: /late/,
  },
  'timers that destroy starts do not live on': {
    code: `function porla.destroy() t = require("timers").new{ interval = 1, callback = function() print("no") end } end`,
    out: '',
  },
}

for (const [name, { code, out, exit = 0, stderr = /^$/ }] of Object.entries(cases)) {
  test(`init and destroy: ${name}`, async (t) => {
    const script = join(await temporaryFolder(t), 'script.lua')
    await writeFile(script, code)
    const ended = await porlaLua([script])
    assert.match(ended.stderr, stderr)
    assert.equal(ended.out, out)
    assert.equal(ended.code, exit)
  })
}

test('init and destroy: in what -e and standard input bring', async () => {
  const words = await porlaLua(['-e', hooks, '-e', 'print(1)'])
  assert.equal(words.out, '1\ninit\ndestroy\n')
  const input = await porlaLua(['-'], { stdin: hooks })
  assert.equal(input.out, 'init\ndestroy\n')
})

/** Waits until a script that said so waits: it listens to signals then (SigCgt, proc_pid_status(5)). */
async function waiting(script: Running, signal: number): Promise<void> {
  await script.printed('waits')
  await waitUntil('the script listens', async () => {
    const status = await readFile(`/proc/${script.pid}/status`, 'latin1')
    const caught = BigInt(`0x${/^SigCgt:\s*(\w+)$/m.exec(status)?.[1]}`)
    return (caught & (1n << BigInt(signal - 1))) !== 0n
  })
}

for (const [signal, exit] of [
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGINT', 130],
] as const) {
  test(`destroy is called when ${signal} ends a script that waits`, async (t) => {
    const script = await startLua(t, await temporaryFolder(t), `${hooks} ${forever}`)
    await waiting(script, exit - 128)
    script.signal(signal)
    const { code, out, stderr } = await script.end
    assert.equal(stderr, '')
    assert.equal(out, 'init\nwaits\ndestroy\n')
    assert.equal(code, exit)
  })
}

test('a second Ctrl-C ends a destroy that takes too long', async (t) => {
  const script = await startLua(
    t,
    await temporaryFolder(t),
    `${forever}
     function porla.init() print("init") end
     function porla.destroy() print("destroy") io.stdout:flush() while true do end end`,
  )
  await waiting(script, 15)
  script.signal('SIGTERM')
  await script.printed('destroy')
  script.signal('SIGINT')
  const { code, out } = await script.end
  assert.equal(out, 'init\nwaits\ndestroy\n')
  assert.equal(code, 130)
})
