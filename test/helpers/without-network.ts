import { networkInterfaces } from 'node:os'
import { runAgainIn } from './namespace.ts'

const mark = 'PORLA_LUA_WITHOUT_NETWORK'

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
  await runAgainIn(['-n'], 'ip link set lo up', mark)
}
