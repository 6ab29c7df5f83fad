import { ExitCode } from '../../../program/exit-codes.ts'
import { findPlaces } from '../../daemon/places.ts'
import type { DaemonOptions } from '../../options.ts'
import { print, say } from '../print.ts'
import { type Answering, answerMs, greet } from './connect.ts'
import { loadDaemon, withFailures } from './module.ts'

/** What `daemon check` is asked to do. */
export interface CheckOptions {
  repair: boolean
  forget: boolean
  json: boolean
}

/**
 * `daemon check`: what is wrong with the state, a line each on stdout, whether the daemon runs or not. Exit code 0 when
 * nothing is, else 1. With `repair` what is set aside is tried again before.
 */
export async function checkCommand(options: DaemonOptions, wanted: CheckOptions): Promise<ExitCode> {
  const places = await findPlaces(options)
  const there = await greet(places.socket)
  try {
    const stateDir = there
      ? (await there.client.call('daemon.status', {}, { timeoutMs: answerMs })).state_dir
      : places.stateDir
    if (wanted.repair || wanted.forget) {
      const { done, left } = await repair(there, places, wanted.forget)
      for (const text of [...done, ...left]) say(text)
    }
    const { checkState } = await loadDaemon()
    const report = await withFailures(async () => checkState(stateDir))
    const { file, refusal, damaged, aside } = report
    const sound = refusal === null && damaged.length === 0 && aside.length === 0
    if (wanted.json) print(JSON.stringify({ ok: sound, ...report }))
    else if (sound) print(`${file}: nothing is wrong`)
    else {
      if (refusal !== null) print(`refused at a start: ${refusal}`)
      for (const text of damaged) print(`damaged: ${text}`)
      for (const text of aside) print(`set aside: ${text}`)
    }
    return sound ? ExitCode.ok : ExitCode.error
  } finally {
    await there?.client.close()
  }
}

async function repair(
  there: Answering | undefined,
  places: { socket: string; stateDir: string },
  forget: boolean,
): Promise<{ done: string[]; left: string[] }> {
  if (there) return await there.client.call('daemon.repair', { forget })
  const { repairState } = await loadDaemon()
  return await withFailures(() => repairState(places, forget))
}
