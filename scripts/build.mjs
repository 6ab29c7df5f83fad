/**
 * Bundles the program into dist/. Plain JavaScript, since `npm ci` may run it under an older Node than the program
 * needs. Takes about a second.
 *
 *   dist/cli.js             commands and the Lua VM; parts that few runs need are chunks of their own
 *   dist/lua-*.js           packages that scripts require
 *   dist/vm-thread.js       the thread of the VM in the interactive mode
 *   dist/daemon.js          the daemon
 *   dist/torrent-reader.js  the daemon's thread that reads large torrent files
 *   dist/engine-host.js     the child process that holds webtorrent
 *   dist/create-torrent.js  the child process that hashes files for torrents.create
 *   dist/glue.wasm          Lua, as wasmoon ships it
 *   dist/THIRD-PARTY-LICENSES.txt
 */
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { lazyBuiltins } from './lazy-builtins.mjs'
import { collectLicenses } from './licenses.mjs'
import { luaPackages, packageEntries } from './lua-packages.mjs'
import { optionalNatives } from './optional-natives.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const require = createRequire(import.meta.url)
const dist = join(root, 'dist')
// Built aside and swapped in at the end: a program that starts meanwhile finds the old files or the new ones.
const out = join(root, `.dist-${process.pid}`)

/** CommonJS packages in an ES module still call `require` for Node's own modules and for optional packages. */
const requireShim =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);"

/** Node finds nothing to load here: optional speed-ups of ws and of a store that is not used. */
const optional = ['bufferutil', 'utf-8-validate', 'fs-native-extensions']

const common = {
  absWorkingDir: root,
  outdir: out,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  external: optional,
  metafile: true,
  logLevel: 'warning',
  // Names stay for stack traces; what is left of the size is paid once, then the compile cache has it.
  minifySyntax: true,
  minifyWhitespace: false,
  keepNames: false,
  legalComments: 'none',
  mainFields: ['module', 'main'],
  conditions: ['node', 'import', 'default'],
}

try {
  await mkdir(out, { recursive: true })
  const results = await Promise.all([
    build({
      ...common,
      entryPoints: {
        cli: 'src/cli/main.ts',
        'vm-thread': 'src/cli/repl/vm-thread.ts',
        ...(await packageEntries(root)),
      },
      splitting: true,
      chunkNames: 'cli-[name]-[hash]',
      plugins: [lazyBuiltins(), luaPackages(root)],
    }),
    build({
      ...common,
      entryPoints: { daemon: 'src/daemon/main.ts' },
      banner: { js: requireShim },
    }),
    build({
      ...common,
      entryPoints: { 'torrent-reader': 'src/daemon/session/torrent/torrent-reader-thread.ts' },
    }),
    build({
      ...common,
      entryPoints: { 'engine-host': 'src/daemon/engine/host/main.ts' },
      // without its cache of every address that ever called
      alias: { 'addr-to-ip-port': './src/daemon/engine/host/peers/address-parts.ts' },
      banner: { js: requireShim },
      plugins: [optionalNatives(root)],
    }),
    build({
      ...common,
      entryPoints: { 'create-torrent': 'src/cli/make-torrent/create-torrent-process.ts' },
      banner: { js: requireShim },
    }),
  ])
  await copyFile(join(dirname(require.resolve('wasmoon')), 'glue.wasm'), join(out, 'glue.wasm'))
  const inputs = results.flatMap((result) => Object.keys(result.metafile.inputs))
  await writeFile(join(out, 'THIRD-PARTY-LICENSES.txt'), await collectLicenses(root, inputs))
  await swapIn()
} finally {
  await rm(out, { recursive: true, force: true })
}

/** Puts the new files into dist/ one by one, the entries last, then removes what is not of this build. */
async function swapIn() {
  await mkdir(dist, { recursive: true })
  const files = (await readdir(out)).sort((a, b) => Number(a === 'cli.js') - Number(b === 'cli.js'))
  for (const file of files) await rename(join(out, file), join(dist, file))
  for (const file of await readdir(dist)) {
    if (!files.includes(file)) await rm(join(dist, file), { recursive: true, force: true })
  }
}
