import { spawn } from 'node:child_process'
import { once } from 'node:events'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Starts the running program again, with its arguments, in namespaces of its own (`flags` of `unshare`, after the shell
 * command `first`), and ends with it. `mark` is set in its environment. Works for a file that `node --test` runs, too:
 * the second process reports through the same standard output. Whoever is not root needs user namespaces.
 */
export async function runAgainIn(flags: readonly string[], first: string, mark: string): Promise<never> {
  const own = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const user = process.getuid?.() === 0 ? [] : ['-r']
  const child = spawn('unshare', [...user, ...flags, 'sh', '-c', `${first} && exec "$0" "$@"`, ...own], {
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
