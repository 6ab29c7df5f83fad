import { setTimeout as sleep } from 'node:timers/promises'
import { ExitCode } from '../../../program/exit-codes.ts'
import { Failure } from '../../../program/failure.ts'
import { findPlaces, type Places } from '../../daemon/places.ts'
import type { DaemonOptions } from '../../options.ts'
import { print, say } from '../print.ts'
import { greet } from './connect.ts'
import { launch } from './launch.ts'

/** How long the winner of a race may take to answer. */
const raceMs = 10_000

/** A daemon that runs, and whether it had to be started. */
export interface Started {
  pid: number
  socket: string
  started: boolean
}

/** `daemon start`. With `json`, for programs, the outcome is one object on stdout. */
export async function startCommand(
  options: DaemonOptions,
  { json, acceptLoss }: { json: boolean; acceptLoss: boolean },
): Promise<void> {
  const outcome = await startDaemon(await findPlaces(options), { acceptLoss })
  if (json) print(JSON.stringify(outcome))
  else if (outcome.started) announce(outcome)
  else say(`the daemon is running already (pid ${outcome.pid}, socket ${outcome.socket})`)
}

/** Tells that a daemon was started: once, on stderr, whoever starts it. */
export function announce({ pid, socket }: Started): void {
  say(`started the daemon (pid ${pid}, socket ${socket})`)
}

/**
 * Starts a daemon unless one answers. Throws Failure with the daemon's own message and exit code when it cannot
 * start. Losing a race against another start is fine: that daemon is waited for.
 */
export async function startDaemon(places: Places, options: { acceptLoss?: boolean } = {}): Promise<Started> {
  const running = await answering(places.socket)
  if (running) return running
  places.requireOwn()
  try {
    const pid = await launch(places, options)
    return { pid, socket: places.socket, started: true }
  } catch (error) {
    if (!(error instanceof Failure && error.exitCode === ExitCode.busy)) throw error
    const winner = await waitForWinner(places.socket)
    if (winner) return winner
    throw error
  }
}

async function waitForWinner(socket: string): Promise<Started | undefined> {
  const until = performance.now() + raceMs
  for (let pause = 10; performance.now() < until; pause = Math.min(pause * 2, 200)) {
    const winner = await answering(socket)
    if (winner) return winner
    await sleep(pause)
  }
  return undefined
}

async function answering(socket: string): Promise<Started | undefined> {
  const there = await greet(socket)
  if (!there) return undefined
  await there.client.close()
  return { pid: there.hello.pid, socket, started: false }
}
