import { badAnswers, badCalls } from './bad-handshakes.ts'
import { type BadMessage, badMessages, type Side } from './bad-messages.ts'
import { type Ending, greet, listenBadly, send } from './stranger.ts'
import type { World } from './world.ts'

/** How long a connection has to stay open after what is odd and no more, ms. */
const keptMs = 150
/** How long closing one may take, on a busy machine too, ms. */
const closedMs = 10_000
/** Strangers at a time. */
const lanes = 16

/** Something sent, and what had to come of it. */
export interface Attempt {
  name: string
  wanted: Ending
  run: (from: string) => Promise<Ending>
}

/** Every message to every kind of torrent it is made for, plain and encrypted. */
export function messageAttempts({ address, targets }: World, over: 'tcp' | 'utp' = 'tcp'): Attempt[] {
  return badMessages.flatMap((message) =>
    message.to.flatMap((side) =>
      [false, true].map((encrypted) => ({
        name: `${message.name} -> ${side}${encrypted ? ', encrypted' : ''}`,
        wanted: message.outcome,
        run: (from: string) =>
          send(message, targets[side], { address, from, over, encrypted, withinMs: withinMs(message) }),
      })),
    ),
  )
}

function withinMs({ outcome }: BadMessage): number {
  return outcome === 'kept' ? keptMs : closedMs
}

/** Every way to greet badly, to every kind of torrent. */
export function greetingAttempts({ address, targets }: World, over: 'tcp' | 'utp' = 'tcp'): Attempt[] {
  return badCalls.flatMap((bad) =>
    (Object.keys(targets) as Side[]).map((side) => ({
      name: `${bad.name} -> ${side}`,
      wanted: 'closed' as const,
      run: (from: string) => greet(bad, targets[side].infoHash, { address, from, over, withinMs: closedMs }),
    })),
  )
}

/** Every way to answer badly when called by a torrent that looks for peers. */
export function answerAttempts({ client, targets }: World): Attempt[] {
  const { infoHash } = targets.download
  return badAnswers.map((bad) => ({
    name: bad.name,
    wanted: 'closed' as const,
    run: async (from: string) => {
      const listener = await listenBadly(bad, infoHash, from, closedMs)
      const [ip, port] = listener.address.split(':') as [string, string]
      try {
        await client.call('torrents.peers.add', {
          session: 'default',
          info_hash: [infoHash, null],
          ip,
          port: Number(port),
        })
        return await listener.first
      } finally {
        listener.close()
      }
    },
  }))
}

/** Runs them, some at a time; the names of those that ended otherwise than they had to. `address`: where each comes from. */
export async function runAll(attempts: readonly Attempt[], address: () => string): Promise<string[]> {
  const wrong: string[] = []
  const queue = [...attempts]
  const lane = async () => {
    for (let attempt = queue.shift(); attempt !== undefined; attempt = queue.shift()) {
      const { name, wanted, run } = attempt
      const ending = await run(address()).catch((error: Error) => error.message)
      if (ending !== wanted) wrong.push(`${name}: ${ending}, not ${wanted}`)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return wrong
}
