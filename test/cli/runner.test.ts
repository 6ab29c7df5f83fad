// The command line grammar of `lua`: what lua 5.4 prints for the same words.

import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../helpers/lua.ts'
import { launcher, porlaLua } from '../helpers/program.ts'

interface Case {
  what: string
  words: string[]
  stdin?: string
  env?: NodeJS.ProcessEnv
  /** Files in the current folder. */
  files?: Record<string, string>
  code?: number
  out?: string | RegExp
  err?: string | RegExp
}

async function check(t: TestContext, one: Case): Promise<void> {
  const cwd = await temporaryFolder(t)
  await mkdir(join(cwd, 'folder'))
  for (const [name, text] of Object.entries(one.files ?? {})) await writeFile(join(cwd, name), text)
  const env = { PATH: process.env.PATH, HOME: cwd, ...one.env }
  const outcome = await porlaLua(one.words, {
    cwd,
    env,
    ...(one.stdin !== undefined && { stdin: one.stdin }),
  })
  matches(outcome.out, one.out ?? '', `${one.what}: stdout (stderr: ${outcome.stderr})`)
  matches(outcome.stderr, one.err ?? '', `${one.what}: stderr`)
  assert.equal(outcome.code, one.code ?? 0, `${one.what}: exit code`)
}

function matches(text: string, expected: string | RegExp, what: string): void {
  if (typeof expected === 'string') assert.equal(text, expected, what)
  else assert.match(text, expected, what)
}

function table(name: string, cases: Case[]): void {
  test(name, { timeout: 60_000, concurrency: 2 }, async (t) => {
    await Promise.all(cases.map((one) => t.test(one.what, (t) => check(t, one))))
  })
}

/** The traceback of an error that ended a chunk. */
const traceback = '\nstack traceback:\n'

table('what is run', [
  { what: '-e in order, joined and apart', words: ['-eprint(1)', '-ea=3', '-e', 'print(a)'], out: '1\n3\n' },
  {
    what: '-l among them',
    words: ['-e', 'x = 1', '-lm', '-e', 'print(m)'],
    files: { 'm.lua': 'return x + 1' },
    out: '2\n',
  },
  {
    what: '-l g=mod',
    words: ['-lstr=string', '-l', 'm=math', '-e', 'print(str.upper("a"), m.max(1, 2))'],
    out: 'A\t2\n',
  },
  {
    what: 'a script and its arguments',
    words: ['s.lua', '-e', '--help', '--', 'x'],
    files: { 's.lua': 'print(#arg, ...)' },
    out: '4\t-e\t--help\t--\tx\n',
  },
  { what: 'standard input, named', words: ['-', '-h'], stdin: 'print(arg[1], ...)', out: '-h\t-h\n' },
  {
    what: 'standard input, without any word',
    words: [],
    stdin: '#!/x\nprint(debug.getinfo(1).currentline)',
    out: '2\n',
  },
  {
    what: 'standard input, with only -l, -W or -E',
    words: ['-E', '-W', '-l', 'io'],
    stdin: 'warn("x") print(1)',
    out: '1\n',
    err: 'Lua warning: x\n',
  },
  {
    what: 'a script has all of standard input: nothing is left for it',
    words: ['-'],
    stdin: 'print(io.read("a"))\n-- rest',
    out: '\n',
  },
  {
    what: '-- and a file named -',
    words: ['--', '-'],
    files: { '-': 'print("file")' },
    stdin: 'print("stdin")',
    out: 'file\n',
  },
  { what: '-- alone', words: ['--'], stdin: 'print(1)', out: '1\n' },
  { what: 'a first line with # but without an end', words: ['s.lua'], files: { 's.lua': '#comment' } },
  { what: 'a byte order mark', words: ['s.lua'], files: { 's.lua': '\ufeffprint(1)' }, out: '1\n' },
  {
    what: '-v goes on',
    words: ['-v', '-e', "print'hello'"],
    out: /^Lua 5\.4 .*porla-lua .*PUC-Rio\nhello\n$/,
  },
  { what: '-v alone', words: ['-v'], stdin: 'print(1)', out: /^Lua 5\.4 .*PUC-Rio\n$/ },
  {
    what: 'a file named as a command',
    words: ['daemon'],
    files: { daemon: 'print("script")' },
    out: 'script\n',
  },
])

table('the table arg', [
  {
    what: 'negative indexes',
    words: ['-e ', '--', 's.lua', 'a'],
    files: { 's.lua': 'print(arg[-3], arg[-2], arg[-1], arg[0], arg[1], arg[2], arg[-4])' },
    out: `${launcher}\t-e \t--\ts.lua\ta\tnil\tnil\n`,
  },
  {
    what: 'without a script 0 is the program',
    words: ['-e', 'print(arg[0], arg[1], arg[2])'],
    out: /\/bin\/porla-lua\.js\t-e\tprint/,
  },
  {
    what: 'what -e made of it is what the script gets',
    words: ['-e', 'arg[1] = 100; arg[3] = nil', 's.lua', '1', '2', '3'],
    files: { 's.lua': 'print(...)' },
    out: '100\t2\n',
  },
  {
    what: 'no table',
    words: ['-e', 'arg = 1', '-'],
    stdin: 'print(1)',
    code: 1,
    err: "porla-lua: 'arg' is not a table\n",
  },
  { what: 'libraries see it', words: ['-lm', '-'], files: { 'm.lua': 'assert(arg)' }, stdin: '' },
  {
    what: 'many',
    words: ['s.lua', ...Array(300).fill('a')],
    files: { 's.lua': 'print(select("#", ...))' },
    out: '300\n',
  },
])

table('the environment', [
  {
    what: 'LUA_INIT',
    words: ['s.lua', '3'],
    env: { LUA_INIT: 'X = tonumber(arg[1])' },
    files: { 's.lua': 'print(X)' },
    out: '3\n',
  },
  {
    what: 'LUA_INIT_5_4 wins',
    words: ['-e', 'print(X)'],
    env: { LUA_INIT: 'X = 3', LUA_INIT_5_4: 'X = 10' },
    out: '10\n',
  },
  {
    what: 'a file',
    words: ['i.lua'],
    env: { LUA_INIT: '@i.lua' },
    files: { 'i.lua': 'x = x or 10; print(x); x = x + 1' },
    out: '10\n11\n',
  },
  {
    what: 'an error in it',
    words: ['-e', 'print(1)'],
    env: { LUA_INIT: "error('msg')" },
    code: 1,
    err: /^porla-lua: LUA_INIT:1: msg\nstack/,
  },
  {
    what: '-E',
    words: ['-E', '-e', 'print(X, package.path:find("xxx"))'],
    env: { LUA_INIT: 'X = 1', LUA_PATH: 'xxx' },
    out: 'nil\tnil\n',
  },
  {
    what: 'LUA_PATH',
    words: ['-e', 'print(package.path)'],
    env: { LUA_PATH_5_4: 'y', LUA_PATH: 'x' },
    out: 'y\n',
  },
])

table('errors', [
  {
    what: 'a string',
    words: ['s.lua'],
    files: { 's.lua': 'error("x")' },
    code: 1,
    err: `porla-lua: s.lua:1: x${traceback}\t[C]: in function 'error'\n\ts.lua:1: in main chunk\n`,
  },
  {
    what: 'with __tostring',
    words: ['-e', 'error(setmetatable({}, {__tostring = function() return "mine" end}))'],
    code: 1,
    err: 'porla-lua: mine\n',
  },
  {
    what: 'a table',
    words: ['-e', 'error{}'],
    code: 1,
    err: /^porla-lua: \(error object is a table value\)\nstack/,
  },
  {
    what: 'a level of the stack as in lua',
    words: ['s.lua'],
    files: {
      's.lua':
        'm = setmetatable({}, {__tostring = function()\n return tostring(debug.getinfo(4).currentline) end})\nerror(m)',
    },
    code: 1,
    err: 'porla-lua: 3\n',
  },
  {
    what: 'nil',
    words: ['-e', 'error()'],
    code: 1,
    err: /^porla-lua: \(error object is a nil value\)\nstack/,
  },
  {
    what: 'syntax',
    words: ['-e', 'a'],
    code: 1,
    err: 'porla-lua: (command line):1: syntax error near <eof>\n',
  },
  {
    what: 'the first one ends it',
    words: ['-e', 'error("x", 0)', '-e', 'print(1)'],
    code: 1,
    err: /^porla-lua: x\nstack/,
  },
  {
    what: 'a missing file',
    words: ['no.lua'],
    code: 1,
    err: 'porla-lua: cannot open no.lua: No such file or directory\n',
  },
  { what: 'a folder', words: ['folder'], code: 1, err: 'porla-lua: cannot read folder: Is a directory\n' },
  {
    what: 'a word near a command',
    words: ['daemin'],
    code: 1,
    err: /cannot open daemin: .*'porla-lua daemon'/,
  },
  {
    what: 'a missing library',
    words: ['-l', 'nope', '-e', 'print(1)'],
    code: 1,
    err: /^porla-lua: module 'nope' not found:\n/,
  },
  {
    what: 'what was written before',
    words: ['-e', 'io.write("out") error("x", 0)'],
    code: 1,
    out: 'out',
    err: /^porla-lua: x\n/,
  },
  { what: 'os.exit', words: ['-e', 'io.write("out") os.exit(7)'], code: 7, out: 'out' },
])

table('bad options: the usage on stderr, and 1', [
  ...['-h', '---', '-Ex', '-vv', '-iv', '-x', '--bad'].map((word) => ({
    what: word,
    words: [word],
    code: 1,
    err: new RegExp(`^porla-lua: unrecognized option '${word}'.*\nusage: porla-lua `),
  })),
  ...[['-e'], ['-l'], ['-I'], ['-e', '-'], ['-l', '-v'], ['--timeout'], ['--lock-wait']].map((words) => ({
    what: words.join(' '),
    words,
    code: 1,
    err: new RegExp(`^porla-lua: '${words[0]}' needs argument\nusage`),
  })),
  ...['soon', '5 m', '-1', '1w', '', '25d'].map((time) => ({
    what: `--timeout=${time}`,
    words: [`--timeout=${time}`, '-e', 'print(1)'],
    code: 1,
    err: /^porla-lua: '--timeout' takes a time such as 30s, 5m, 1h/,
  })),
  { what: '--timeout=0', words: ['--timeout=0', '-e', 'print(1)'], code: 1, err: /longer than nothing/ },
  { what: '--lock=', words: ['--lock=', '-e', 'print(1)'], code: 1, err: /'--lock=' needs a name/ },
  { what: 'a misspelt one', words: ['--timout', '3'], code: 1, err: /did you mean '--timeout'/ },
])

table('-i without a terminal', [
  {
    what: 'expressions, statements, continuation',
    words: ['-e_PROMPT="" _PROMPT2=""', '-i'],
    stdin: '(6*2-6) -- ===\na =\n10\nprint(a)\na\n=a+1\nlocal x = [[b\nc]] print(x)\n',
    out: /PUC-Rio\n\(6\*2-6\).*\n6\na =\n10\nprint\(a\)\n10\na\n10\n=a\+1\n11\nlocal.*\nc\]\].*\nb\nc\n\n$/,
  },
  { what: 'prompts', words: ['-i'], stdin: 'x =\n1\n', out: /PUC-Rio\n> x =\n>> 1\n> \n$/ },
  {
    what: 'a prompt that counts',
    words: [
      '-e',
      'local c = 0; _PROMPT = setmetatable({}, {__tostring = function() c = c + 1 return c end})',
      '-i',
    ],
    stdin: ' --\na = 2\n',
    out: /\n1 --\n2a = 2\n3\n$/,
  },
  {
    what: 'errors leave it alive',
    words: ['-i'],
    stdin: 'error("x")\n1 +\nprint("alive")\n',
    out: /\nalive\n> \n$/,
    err: "stdin:1: x\nstack traceback:\n\t[C]: in function 'error'\n\tstdin:1: in main chunk\nstdin:1: unexpected symbol near '1'\n",
  },
  {
    what: 'a broken print',
    words: ['-e', 'print = nil', '-i'],
    stdin: '10\n',
    out: /\n$/,
    err: "porla-lua: error calling 'print' (attempt to call a nil value)\n",
  },
  {
    what: 'after a script, with what it left',
    words: ['-i', 's.lua'],
    files: { 's.lua': 'x = 5' },
    stdin: 'x\n',
    out: /\n> x\n5\n> \n$/,
  },
  {
    what: 'not after a script that failed',
    words: ['-i', '-e', 'error("x", 0)'],
    stdin: 'print(1)\n',
    code: 1,
    out: /PUC-Rio\n$/,
    err: /^porla-lua: x\n/,
  },
  { what: 'os.exit', words: ['-i'], stdin: 'os.exit(3)\nprint(1)\n', code: 3, out: /os\.exit\(3\)\n$/ },
])
