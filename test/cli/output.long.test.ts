// Every output of the program, when its reader leaves or its disk is full; and what the script says before it waits.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { launcher, run } from '../helpers/program.ts'

const program = `"${process.execPath}" "${launcher}"`

/** Runs a shell script in which `$P` is the program. */
function shell(script: string): ReturnType<typeof run> {
  return run('/bin/bash', ['-c', script.replaceAll('$P', program)])
}

const everyOutput = [
  '--help',
  '--version',
  'daemon --help',
  'daemon socket',
  'daemon status',
  'help call',
  '--socket=/nonexistent/x --no-start daemon status --json',
  '-v',
  `-e 'print(1)'`,
]

test('a full disk is a sentence and exit code 1, whatever was printed', async () => {
  for (const words of everyOutput) {
    const { code, stderr } = await shell(`$P ${words} > /dev/full`)
    assert.deepEqual(
      { words, code, stderr },
      { words, code: 1, stderr: 'porla-lua: cannot write to standard output: No space left on device\n' },
    )
  }
})

test('a reader that left ends the program with 141 and without a word', async () => {
  for (const words of everyOutput) {
    const { out, stderr } = await shell(
      `{ sleep 0.1; $P ${words}; echo $? >&3; } 3>&1 1> >(exec 0<&-; sleep 1)`,
    )
    assert.deepEqual({ words, out, stderr }, { words, out: '141\n', stderr: '' })
  }
})

test('a script whose messages nobody reads any more ends', async () => {
  const code = `local log = require("log") timer = require("timers").new{ interval = 20, callback = function() log.info("x") end }`
  const { out } = await shell(
    `{ $P -e '${code}' 2>&1 >&3; echo "\${PIPESTATUS[0]}" >&3; } 3>&1 | head -1 > /dev/null`,
  )
  assert.equal(out, '')
  const written = await shell(
    `{ $P -e 'while true do io.stderr:write("x\\n") end'; echo $? >&3; } 3>&1 2> >(exec 0<&-)`,
  )
  assert.equal(written.out, '141\n')
})

test('what a script said is seen before it waits', async () => {
  const waits = [
    'io.read()',
    'os.execute("read x")',
    'io.popen("read x <&3; echo"):read()',
    'io.popen("read x"):close()',
  ]
  for (const wait of waits) {
    const child = spawn(
      process.execPath,
      [launcher, '-e', `for i = 1, 200 do io.write(i, " ") end ${wait}`],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    )
    let out = ''
    await new Promise<void>((resolve) =>
      child.stdout.on('data', (chunk) => {
        out += chunk
        if (out.endsWith('200 ')) resolve()
      }),
    )
    child.stdin.end('\n')
    await new Promise((resolve) => child.once('close', resolve))
  }
})

test('what was read ahead of a file is left to the next program', async () => {
  // lua5.4 leaves the same.
  for (const [code, left] of [
    ['io.read()', 'two\nthree\n'],
    ['io.read(1)', 'ne\ntwo\nthree\n'],
    ['io.read() os.exit(0)', 'two\nthree\n'],
    ['io.read() error()', 'two\nthree\n'],
    ['io.read("a")', ''],
    ['io.stdin:seek("set", 4) io.read(1)', 'wo\nthree\n'],
  ]) {
    const { out } = await shell(
      `f=$(mktemp); printf 'one\\ntwo\\nthree\\n' > $f; ( $P -e '${code}' 2> /dev/null; cat ) < $f; rm $f`,
    )
    assert.deepEqual({ code, out }, { code, out: left })
  }
})
