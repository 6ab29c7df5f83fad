import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { ExitCode } from '../../../program/exit-codes.ts'
import { Failure } from '../../../program/failure.ts'
import { preparePrivateFolder } from '../../../program/private-folder.ts'
import type { Places } from '../../daemon/places.ts'
import { launcher } from '../../program.ts'

/** A daemon that neither answers nor ends by then is ended. Large states take seconds. */
const readyMs = 60_000
/** A log of this size is put aside at the next start; one older log is kept. */
const maxLogBytes = 4 * 1024 * 1024

/**
 * V8 keeps the space of new objects as wide as it ever was. Half of its own bound costs 3 to 12 % of the processor in long
 * lists and many calls, and 100 MiB less stay after many large answers. Whoever sets it with NODE_OPTIONS has decided it.
 */
function youngSpace(nodeOptions = process.env.NODE_OPTIONS ?? ''): string[] {
  return /--max[-_]semi[-_]space[-_]size/.test(nodeOptions) ? [] : ['--max-semi-space-size=16']
}

/** How the daemon's start ended, by its own account on the ready pipe, or by its end. */
type Verdict = { ready: true } | { ready: false; message: string; exitCode: number } | undefined

/**
 * Starts the daemon as a process of its own session, away from this terminal and folder, its output in the log file.
 * Resolves with its pid when it is ready; throws Failure with its message and exit code when it fails.
 *
 * The daemon writes one line to descriptor 3 (PORLA_LUA_READY_FD): `ready`, or `error` and a JSON object with
 * `message` and `exitCode`.
 */
export async function launch(places: Places, options: { acceptLoss?: boolean } = {}): Promise<number> {
  const log = openLog(places.stateDir)
  const words = ['--socket', places.socket, '--state-dir', places.stateDir]
  if (places.config !== undefined) words.push('--config', places.config)
  const child = spawn(
    process.execPath,
    [
      '--disable-sigusr1',
      ...youngSpace(),
      launcher,
      ...words,
      'daemon',
      'run',
      ...(options.acceptLoss ? ['--accept-loss'] : []),
    ],
    {
      detached: true,
      cwd: '/',
      stdio: ['ignore', log.fd, log.fd, 'pipe'],
      env: { ...process.env, PORLA_LUA_READY_FD: '3' },
    },
  )
  closeSync(log.fd)
  const pipe = child.stdio[3] as Readable
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`))
    child.once('exit', (code, signal) =>
      resolve(signal ? `was ended by ${signal}` : `ended with exit code ${code}`),
    )
  })
  const timer = setTimeout(() => child.kill('SIGTERM'), readyMs)
  try {
    const verdict = parseVerdict(await firstLine(pipe))
    if (verdict?.ready) return child.pid as number
    if (verdict) throw new Failure(verdict.exitCode as ExitCode, verdict.message)
    throw new Failure(ExitCode.error, `the daemon ${await ended} before it was ready${tail(log)}`)
  } finally {
    clearTimeout(timer)
    pipe.destroy()
    child.unref()
  }
}

interface Log {
  fd: number
  path: string
  /** Where this start's part begins. */
  offset: number
}

function openLog(stateDir: string): Log {
  const path = join(stateDir, 'daemon.log')
  preparePrivateFolder(stateDir)
  try {
    let offset = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    if (offset > maxLogBytes) {
      renameSync(path, `${path}.1`)
      offset = 0
    }
    return { fd: openSync(path, 'a', 0o600), path, offset }
  } catch (error) {
    const text = `the daemon's log ${path} cannot be written: ${(error as Error).message}`
    throw new Failure(ExitCode.config, `${text}; choose another folder with --state-dir`, { cause: error })
  }
}

/** The first line of a stream, what there is of it when the stream ends before. */
async function firstLine(stream: Readable): Promise<string> {
  let text = ''
  for await (const chunk of stream.setEncoding('utf8')) {
    text += chunk
    const end = text.indexOf('\n')
    if (end >= 0) return text.slice(0, end)
  }
  return text
}

function parseVerdict(line: string): Verdict {
  if (line === 'ready') return { ready: true }
  if (!line.startsWith('error ')) return undefined
  try {
    const { message, exitCode } = JSON.parse(line.slice('error '.length))
    return { ready: false, message: String(message), exitCode: Number(exitCode) || ExitCode.error }
  } catch {
    // Cut off in the middle: the log has the rest.
    return undefined
  }
}

/** Last lines that the daemon logged in this start, for a failure that it could not explain. */
function tail({ path, offset }: Log): string {
  const lines = readFileSync(path).subarray(offset).toString().trimEnd().split('\n').slice(-10)
  return `; ${path} says:\n${lines.map((line) => `  ${line}`).join('\n')}`
}
