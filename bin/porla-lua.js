#!/usr/bin/env node
// The launcher. It must load under any Node that knows ES modules, however old, to say what is needed: no static
// imports, no syntax after ES2020.
const needed = 24
const found = process.versions.node

if (parseInt(found, 10) < needed) {
  process.stderr.write(
    `porla-lua: needs Node.js ${needed} or newer, found ${found} (${process.execPath}); ` +
      'get it from https://nodejs.org/ or your version manager, and put it first on the PATH\n',
  )
  process.exitCode = 1
} else {
  start()
}

function start() {
  withoutDebugger()
  const fs = process.getBuiltinModule('fs')
  const dist = new URL('../dist/cli.js', import.meta.url)
  const source = new URL('../src/cli/main.ts', import.meta.url)
  const built = fs.existsSync(dist)
  keepCompiledCode(fs, fs.existsSync(source))
  import(built ? dist : source)
    .then(({ main }) => main(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code
    })
    .catch((error) => {
      process.stderr.write(`porla-lua: this is a bug: ${error instanceof Error ? error.stack : error}\n`)
      process.exitCode = 70
    })
}

/**
 * Node opens its debugger on SIGUSR1, to every user of this machine. A listener that comes and goes leaves the signal
 * as it is in other programs: it ends the process, unless somebody listens.
 */
function withoutDebugger() {
  const listener = () => {}
  process.on('SIGUSR1', listener)
  process.off('SIGUSR1', listener)
}

/**
 * Lets Node keep compiled code, which saves a third of the start. Node's own default is one folder under the temp
 * folder, whoever made it: this code is executed, so it must lie where only this user writes. In a clone that is
 * its node_modules; installed, `$XDG_CACHE_HOME/porla-lua` (default ~/.cache). NODE_COMPILE_CACHE and
 * NODE_DISABLE_COMPILE_CACHE work as in Node. Without a suitable folder there is no cache, and no error.
 */
function keepCompiledCode(fs, isClone) {
  if (process.env.NODE_COMPILE_CACHE || process.env.NODE_DISABLE_COMPILE_CACHE) return
  try {
    const { enableCompileCache } = process.getBuiltinModule('module')
    const folder = isClone
      ? process
          .getBuiltinModule('url')
          .fileURLToPath(new URL('../node_modules/.cache/porla-lua', import.meta.url))
      : privateFolder(fs)
    if (folder) enableCompileCache(folder)
  } catch {
    // A read-only or full disk: the start is slower, nothing else.
  }
}

/** The cache folder, made when missing; undefined unless it is this user's and nobody else can write to it. */
function privateFolder(fs) {
  const { HOME, XDG_CACHE_HOME } = process.env
  const absolute = (path) => String(path).startsWith('/')
  const base = absolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : absolute(HOME) ? `${HOME}/.cache` : undefined
  if (!base) return undefined
  const folder = `${base}/porla-lua`
  // `sudo` can keep HOME: then neither trust what lies there nor leave files of another owner in it.
  let existing = folder
  while (!fs.existsSync(existing)) existing = existing.slice(0, existing.lastIndexOf('/')) || '/'
  // A home folder that is not there is not made.
  if (absolute(HOME) && !absolute(XDG_CACHE_HOME) && existing.length < HOME.length) return undefined
  const { uid, mode } = fs.statSync(existing)
  if (uid !== process.getuid()) return undefined
  if (existing === folder) return (mode & 0o022) === 0 ? folder : undefined
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}
