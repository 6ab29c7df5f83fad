import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { ExitCode } from '../../../program/exit-codes.ts'
import { Failure } from '../../../program/failure.ts'
import { isAlive, isStopped, type RunningDaemon, silenceOf } from '../../../program/running.ts'
import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import { findPlaces, type Places } from '../../daemon/places.ts'
import type { DaemonOptions } from '../../options.ts'
import { say } from '../print.ts'
import { type Answering, answerMs, greet, silentDaemon } from './connect.ts'

/** `daemon stop`: a daemon that does not run is a success. */
export async function stopCommand(options: DaemonOptions, timeoutMs: number): Promise<void> {
  const places = await findPlaces(options)
  const stopped = await stopThere(places, timeoutMs)
  if (stopped) say(`stopped the daemon (pid ${stopped.pid})`)
  else say(`no daemon is running (socket ${places.socket})`)
}

/** What was there before it was stopped. */
export interface Stopped {
  pid: number
  stateDir: string
  /** Undefined when it did not say. */
  config?: string | undefined
}

/**
 * Stops the daemon at a place and waits for its end; undefined when there is none. One that does not answer at its
 * socket is told by a signal, and what was seen is said. Throws Failure when it is still there in the end.
 */
export async function stopThere(places: Places, timeoutMs: number): Promise<Stopped | undefined> {
  let there: Answering | undefined
  try {
    there = await greet(places.socket)
  } catch (error) {
    const silent = silentDaemon(places)
    if (!silent) throw error
    return await stopSilent(silent, timeoutMs)
  }
  if (!there) {
    const silent = silentDaemon(places)
    return silent ? await stopSilent(silent, timeoutMs) : undefined
  }
  const { pid } = there.hello
  const status = await there.client.call('daemon.status', {}, { timeoutMs: answerMs })
  await stop(there, timeoutMs)
  return { pid, stateDir: status.state_dir, config: status.config_file ?? undefined }
}

async function stopSilent({ pid, socket, stateDir }: RunningDaemon, timeoutMs: number): Promise<Stopped> {
  const seen = existsSync(socket)
    ? silenceOf(pid)
    : `the daemon (pid ${pid}) runs, but its socket ${socket} is gone`
  say(`${seen}; it is told to end (SIGTERM)`)
  process.kill(pid, 'SIGTERM')
  // A process that was stopped hears of no signal before it goes on.
  if (isStopped(pid)) process.kill(pid, 'SIGCONT')
  await gone(pid, timeoutMs)
  return { pid, stateDir }
}

/** Asks a daemon to end and waits until its process is gone. Throws Failure when it is still there in the end. */
export async function stop({ client, hello: { pid } }: Answering, timeoutMs: number): Promise<void> {
  const until = performance.now() + timeoutMs
  try {
    await client.call('daemon.stop', {}, { timeoutMs: answerMs })
  } catch (error) {
    // It was leaving already: by a signal, or because somebody else asked.
    if (!isLeaving(error)) throw error
  } finally {
    await client.close()
  }
  await gone(pid, timeoutMs, until)
}

async function gone(
  pid: number,
  timeoutMs: number,
  until: number = performance.now() + timeoutMs,
): Promise<void> {
  for (let pause = 5; isAlive(pid); pause = Math.min(pause * 2, 100)) {
    if (performance.now() >= until) {
      throw new Failure(
        ExitCode.timeout,
        `the daemon (pid ${pid}) has not ended within ${timeoutMs / 1000} s; ` +
          `wait with --timeout SECONDS, or end it with: kill -9 ${pid}`,
      )
    }
    await sleep(pause)
  }
}

function isLeaving(error: unknown): boolean {
  return (
    error instanceof RpcError &&
    (error.code === ErrorCode.ShuttingDown || error.code === ErrorCode.ConnectionLost)
  )
}
