// What the system hands over is bytes, and stays so: arguments, variables, commands, folders, names.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { test } from 'node:test'
import { launcher, run } from '../helpers/program.ts'

/** In a folder, a script and an environment whose names are Latin-1; the results are those of lua5.4. */
const script = String.raw`
  cd "$1"; d=$(printf 'd\351'); mkdir "$d"; cd "$d"
  printf 'print(arg[0]:byte(1, -1)) print(arg[1]:byte(1, -1)) print(os.getenv("W"):byte(1, -1)) %s' "$2" > "$(printf 's\351.lua')"
  W=$(printf 'w\351 \360\237\230\200') "$3" "$4" $5 "$(printf 's\351.lua')" "$(printf -- '-\351\n\n.')"`

const code = String.raw`
  os.execute("printf '%s' \"$W\" | od -An -tx1; printf 'x\233y' | od -An -tx1")
  print(io.popen("printf '\233'; printf '%s' \"$W\""):read("a"):byte(1, -1))
  print(select(2, pcall(io.lines, "n\233")):byte(1, 20))
  print(select(2, io.open("n\233")):byte(1, -1))
  print(require("lfs").currentdir():byte(-2, -1))
  print(require("fs").abs("x"):byte(-4, -1))
  require("lfs").mkdir("e\233") print(require("lfs").chdir("e\233")) print(require("lfs").currentdir():byte(-2, -1))
  require("process").launch{file = "/bin/sh", args = {"-c", "printf '%s' \"$0\" \"$W\" | od -An -tx1", "a\233"}, done = function(_, out) io.write(out) end}`

const expected = `115	233	46	108	117	97
45	233	10	10	46
119	233	32	240	159	152	128
 77 e9 20 f0 9f 98 80
 78 e9 79
233	119	233	32	240	159	152	128
99	97	110	110	111	116	32	111	112	101	110	32	102	105	108	101	32	39	110	233
110	233	58	32	78	111	32	115	117	99	104	32	102	105	108	101	32	111	114	32	100	105	114	101	99	116	111	114	121
100	233
100	233	47	120
true
101	233
 61 e9 77 e9 20 f0 9f 98 80
`

for (const options of ['', '--timeout=20']) {
  test(`bytes that are no UTF-8 are kept ${options}`, async (t) => {
    const folder = await mkdtemp('/tmp/porla-lua-bytes-')
    t.after(() => rm(folder, { recursive: true, force: true }))
    const { out, stderr } = await run('/bin/bash', [
      '-c',
      script,
      'bash',
      folder,
      code,
      process.execPath,
      launcher,
      options,
    ])
    assert.deepEqual({ stderr, out }, { stderr: '', out: expected })
  })
}
