import { type ChildProcess, spawn } from 'node:child_process'
import { getCompileCacheDir } from 'node:module'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { hostBounds } from './host-bounds.ts'

/** Where the host's program is: beside this file in the source, beside `dist/daemon.js` in the package. */
export function hostEntryFor(moduleUrl: string): string {
  const name = moduleUrl.endsWith('.ts') ? './host/main.ts' : './engine-host.js'
  return fileURLToPath(new URL(name, moduleUrl))
}

/**
 * Starts a host's process within its bounds. Throws what fork(2) says at once; other failures come as the child's event `error`. A child
 * that could not be started has no pid, and no streams where descriptors were what was missing.
 */
export function launchHost(entry: string, ringFd: number | null): ChildProcess {
  const nodeOptions = withoutInspector()
  const { flags, dataKB } = hostBounds(nodeOptions)
  // V8 keeps the space of new objects once a flood has widened it: 16 MiB of them took 100 MiB for ever
  // not process.execArgv: an inspector's port, say, is taken already
  // and no debugger that any user of this machine can reach
  const young = /--max[-_]semi[-_]space[-_]size/.test(nodeOptions) ? [] : ['--max-semi-space-size=4']
  const program = [
    process.execPath,
    '--disable-sigusr1',
    ...flags,
    ...young,
    entry,
    ...(ringFd === null ? [] : ['4']),
  ]
  const bound = dataKB === null ? ':' : `ulimit -d ${dataKB} 2>/dev/null`
  // Node cannot set a limit of its own or of its child
  return spawn('/bin/sh', ['-c', `${bound}; exec "$@"`, 'sh', ...program], {
    // the folder that the daemon was started in may be gone, and Node does not start without one
    cwd: '/',
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', ringFd ?? 'ignore'],
    env: {
      ...process.env,
      ...compileCache(),
      NODE_OPTIONS: nodeOptions,
      UV_THREADPOOL_SIZE: threads(),
      // each thread's own pool of memory keeps what it was once given
      MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '2',
      // libuv hands file writes to the kernel then in this very thread, which copies them: 1 MiB held up the event loop
      // for 0.2 to 0.8 ms, in a thread of the pool for 0.03
      UV_USE_IO_URING: '0',
    },
  })
}

/** The host keeps its compiled code where the daemon does: compiling the engine takes a third of its start. */
function compileCache(): { NODE_COMPILE_CACHE?: string } {
  const folder = getCompileCacheDir()
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder }
}

function withoutInspector(): string {
  const options = process.env.NODE_OPTIONS?.split(/\s+/) ?? []
  return options.filter((option) => !/^--(inspect|debug)/.test(option)).join(' ')
}

/** File work and hashing share libuv's threads, of which there are four: too few to hash on many cores. */
function threads(): string {
  return String(Math.min(64, Math.max(4, availableParallelism() + 4)))
}
