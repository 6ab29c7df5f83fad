import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'

const mark = 'PORLA_LUA_WITHOUT_NETWORK'
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Starts the running program again, with its arguments, in a network namespace that has nothing but `lo`, and ends with
 * it; returns at once where there is no other network anyway. To be awaited first by every test file or program that plays a
 * hostile peer, tracker or DHT node: what these send names addresses, and the engine calls them.
 *
 * Works for a file that `node --test` runs, too: the second process reports through the same standard output. Needs
 * `unshare` and `ip`; whoever is not root also needs user namespaces. Throws when there is no such namespace.
 */
export async function withoutNetwork(): Promise<void> {
  const names = Object.keys(networkInterfaces())
  if (names.length === 1 && names[0] === 'lo') return
  if (process.env[mark] !== undefined) {
    throw new Error(`the namespace has ${names.join(', ') || 'no address at all'} where only lo should be`)
  }
  const own = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const flags = process.getuid?.() === 0 ? ['-n'] : ['-r', '-n']
  const child = spawn('unshare', [...flags, 'sh', '-c', 'ip link set lo up && exec "$0" "$@"', ...own], {
    env: { ...process.env, [mark]: '1' },
    stdio: 'inherit',
  })
  // also a test that takes too long is ended with a signal
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  child.once('error', (error) => {
    process.stderr.write(`${error.message}: install util-linux and iproute2\n`)
    process.exit(1)
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  process.exit(code ?? 1)
}
