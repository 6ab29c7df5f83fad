import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import { ExitCode } from '../../../rpc/exit-codes.ts'
import { Failure } from '../../../rpc/failure.ts'
import type { DaemonOptions } from '../../options.ts'
import { findPlaces } from '../../places.ts'
import { say } from '../print.ts'
import { type Answering, answerMs, greet } from './connect.ts'

/** `daemon stop`: a daemon that does not run is a success. */
export async function stopCommand(options: DaemonOptions, timeoutMs: number): Promise<void> {
  const { socket } = await findPlaces(options)
  const there = await greet(socket)
  if (!there) {
    say(`no daemon is running (socket ${socket})`)
    return
  }
  await stop(there, timeoutMs)
  say(`stopped the daemon (pid ${there.hello.pid})`)
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

/** Whether a process runs. One that has ended but was not waited for by its parent (a zombie) does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  try {
    // proc(5): the state follows the name, which is in parentheses and may contain some itself.
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.[0] !== 'Z'
  } catch {
    // No /proc on this system, or it has just gone: ask again.
    return true
  }
}
