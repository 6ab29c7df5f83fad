import { ExitCode } from '../../../program/exit-codes.ts'
import { Failure } from '../../../program/failure.ts'
import { visible } from '../../../program/visible.ts'
import type { Result } from '../../../rpc/contract/index.ts'
import { findPlaces, type Places } from '../../daemon/places.ts'
import type { DaemonOptions } from '../../options.ts'
import { type ColourChoice, coloursFor } from '../colour.ts'
import { print } from '../print.ts'
import { type Answering, answerMs, greet, silentDaemon } from './connect.ts'

type Status = Result<'daemon.status'>

/** As `greet`, but a sentence for a daemon that runs and does not answer. */
async function greetOrSee(places: Places): Promise<Answering | string | undefined> {
  try {
    const there = await greet(places.socket)
    const silent = there ? null : silentDaemon(places)
    return silent ? `it runs (pid ${silent.pid}), but its socket ${silent.socket} is gone` : there
  } catch (error) {
    if (error instanceof Failure && error.exitCode === ExitCode.unreachable) return error.message
    throw error
  }
}

/** `daemon status`: 0 when it runs, 3 when not, 69 when it runs and does not answer. The result is on stdout in both cases. */
export async function statusCommand(
  options: DaemonOptions,
  { json, colour }: { json: boolean; colour: ColourChoice },
): Promise<ExitCode> {
  const places = await findPlaces(options)
  const { socket } = places
  const { colours } = coloursFor(process.stdout, colour)
  const there = await greetOrSee(places)
  if (typeof there === 'string') {
    const silent = silentDaemon(places)
    print(
      json
        ? JSON.stringify({ running: true, answers: false, pid: silent?.pid ?? null, socket, reason: there })
        : `${colours.yellow('not answering')}: ${there}`,
    )
    return ExitCode.unreachable
  }
  if (!there) {
    print(
      json
        ? JSON.stringify({ running: false, socket })
        : `${colours.yellow('not running')} (socket ${socket})`,
    )
    return ExitCode.notRunning
  }
  const status = await there.client.call('daemon.status', {}, { timeoutMs: answerMs })
  await there.client.close()
  if (json) print(JSON.stringify({ running: true, ...status }))
  else print([colours.green('running'), ...describe(status).map((line) => visible(line))].join('\n'))
  return ExitCode.ok
}

const noState = { set_aside: [], set_aside_count: 0 }

function describe(status: Status): string[] {
  const width = Math.max(...status.sessions.map(({ name }) => name.length))
  // An older daemon says nothing of its state.
  const { set_aside, set_aside_count } = (status.state as Status['state'] | undefined) ?? noState
  return [
    `  version  ${status.version}`,
    `  pid      ${status.pid}`,
    `  up       ${duration(status.uptime)}`,
    `  socket   ${status.socket}`,
    `  state    ${status.state_dir}`,
    `  config   ${status.config_file ?? 'none'}`,
    'sessions',
    ...status.sessions.map(
      ({ name, torrents, engine }) =>
        `  ${name.padEnd(width)}  ${torrents} ${torrents === 1 ? 'torrent' : 'torrents'}, ${describeEngine(engine)}`,
    ),
    ...(set_aside_count === 0 ? [] : [`set aside, see porla-lua daemon check (${set_aside_count})`]),
    ...set_aside.slice(0, 10).map(({ what, reason }) => `  ${what}: ${reason}`),
  ]
}

function describeEngine({
  state,
  pid,
  restarts,
  last_crash,
  listening,
  error,
}: Status['sessions'][number]['engine']): string {
  const facts = [`engine ${state}`]
  if (pid !== null) facts.push(`pid ${pid}`)
  if (listening !== null) facts.push(`listening on ${listening}`)
  if (restarts > 0) facts.push(`restarted ${restarts} times`)
  if (last_crash !== null) {
    const when = new Date(last_crash.time * 1000).toISOString().slice(0, 19)
    facts.push(`last ended ${when}Z: ${last_crash.reason}`)
  }
  if (error !== null && error !== last_crash?.reason) facts.push(`trouble: ${error}`)
  return facts.join(', ')
}

/** Two largest units of a time in seconds: `3 d 4 h`, `12 s`. */
function duration(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  if (first < 0) return '0 s'
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}
