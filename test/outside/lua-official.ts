// The official Lua 5.4 test files under porla-lua: `LUA_TESTS=folder npm run test:lua-official`. One process a file,
// and a line for each. What cannot pass stands in the table of docs/lua.md, which is read from there: the file has
// to pass without those lines, and to fail with any of them.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { launcher, root } from '../helpers/program.ts'

const files = (
  'attrib calls closure constructs coroutine cstack db errors events files gc goto literals locals main math ' +
  'nextvar pm sort strings tpack utf8 vararg verybig'
).split(' ')
const limitMs = 120_000
/** For a run that has to fail: some of these only do so by hanging. */
const failureLimitMs = 20_000

/** Lines of a test file that cannot pass. */
interface Exception {
  file: string
  /** How the first line starts. */
  start: string
  /** How many lines. */
  count: number
  why: string
}

/** The rows `| file | lines | first line | why |` of docs/lua.md. */
async function readExceptions(): Promise<Exception[]> {
  const page = await readFile(join(root, 'docs/lua.md'), 'utf8')
  const rows = page.matchAll(/^\| `(\w+)\.lua` \| (\d+) \| `(.+?)` \| (.+) \|$/gm)
  return Array.from(rows, ([, file = '', count, start = '', why = '']) => ({
    file,
    start,
    count: Number(count),
    why,
  }))
}

/** The source with the lines of these exceptions empty, so that all others keep their numbers. */
function without(source: Buffer, exceptions: Exception[]): Buffer {
  const lines = source.toString('latin1').split('\n')
  for (const { file, start, count } of exceptions) {
    const first = lines.findIndex((line) => line.startsWith(start))
    if (first < 0)
      throw new Error(`docs/lua.md names a line of ${file}.lua that is not in the file: ${start}`)
    lines.fill('', first, first + count)
  }
  return Buffer.from(lines.join('\n'), 'latin1')
}

/** How a run ended: undefined when well, else the end of what it said. */
type Failure = string | undefined

class Tests {
  readonly #folder: string
  /** Where a command `porla-lua` lies. */
  readonly #bin: string

  constructor(folder: string, bin: string) {
    this.#folder = folder
    this.#bin = bin
  }

  /** Runs one file with lines taken out; the file is as it was afterwards. */
  async run(name: string, exceptions: Exception[], timeoutMs = limitMs): Promise<Failure> {
    const path = join(this.#folder, `${name}.lua`)
    const source = await readFile(path)
    await writeFile(path, without(source, exceptions))
    try {
      return await this.#start(name, timeoutMs)
    } finally {
      await writeFile(path, source)
    }
  }

  async #start(name: string, timeoutMs: number): Promise<Failure> {
    const { LUA_INIT, LUA_INIT_5_4, LUA_PATH, LUA_PATH_5_4, PATH, ...env } = process.env
    const child = spawn(join(this.#bin, 'porla-lua'), [`${name}.lua`], {
      cwd: this.#folder,
      // main.lua starts the program again, by the name it finds in `arg`.
      env: { ...env, PATH: `${this.#bin}${delimiter}${PATH}`, PORLA_LUA_NO_START: '1' },
      // files.lua wants a standard input that cannot seek.
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: what a file leaves in the background ends with it.
      detached: true,
    })
    const said: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
    child.stdin.end()
    let late = false
    const timer = setTimeout(() => {
      late = true
      killGroup(child.pid)
    }, timeoutMs)
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
    clearTimeout(timer)
    killGroup(child.pid)
    if (code === 0) return undefined
    const how = late ? `no end after ${timeoutMs / 1000} s` : (signal ?? `exit ${code}`)
    return `${how}\n${Buffer.concat(said).toString('latin1').trimEnd().split('\n').slice(-12).join('\n')}`
  }
}

/** Ends what is left of a child's process group. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

const source = process.env.LUA_TESTS
if (source === undefined || !existsSync(join(source, 'main.lua'))) {
  console.error(
    (source === undefined ? 'LUA_TESTS is not set.' : `LUA_TESTS: no main.lua in ${source}.`) +
      ' Set it to the folder with the official Lua 5.4 test files: the archive lua-5.4.4-tests, which' +
      ' www.lua.org/tests offers (unpack it), or the folder `testes` of the Lua repository at that version.',
  )
  process.exit(2)
}

const exceptions = await readExceptions()
const folder = await mkdtemp(join(tmpdir(), 'official-'))
let passed = 0
let failed = 0
try {
  // The files write beside themselves.
  const copy = join(folder, 'tests')
  await cp(source, copy, { recursive: true })
  const bin = join(folder, 'bin')
  await mkdir(bin)
  const program = join(bin, 'porla-lua')
  await writeFile(program, `#!${process.execPath}\nimport(${JSON.stringify(launcher)})\n`)
  await chmod(program, 0o755)
  const tests = new Tests(copy, bin)
  for (const name of files) {
    const start = performance.now()
    const known = exceptions.filter(({ file }) => file === name)
    const problems: string[] = []
    const failure = await tests.run(name, known)
    if (failure !== undefined) problems.push(failure)
    for (const exception of known) {
      const others = known.filter((other) => other !== exception)
      if ((await tests.run(name, others, failureLimitMs)) === undefined)
        problems.push(
          `passes with the line that docs/lua.md says cannot pass: ${exception.start}\ntake it out there`,
        )
    }
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    const but = known.map(({ start, count }) => `, but for ${count} from '${start}'`).join('')
    console.log(`${problems.length ? 'FAILED' : 'ok    '} ${name}.lua (${seconds} s)${but}`)
    for (const problem of problems) console.log(problem.replaceAll(/^/gm, '    '))
    if (problems.length > 0) failed += 1
    else passed += 1
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
