import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { ExitCode } from '../../program/exit-codes.ts'
import { Failure } from '../../program/failure.ts'
import { programChild } from '../children.ts'
import { stdioOfChild } from '../descriptors.ts'
import type { Duration } from '../duration.ts'
import { hangupIgnored } from '../signals.ts'
import { endBy } from './end-by.ts'
import { supervisedEnvironment } from './supervised.ts'

/** The script's process is interrupted; when it has not ended after so long, it and its children are terminated, */
const graceMs = 200
/** and after so long they are killed. */
const killMs = 1200
/** Commands of the script that outlive it have so long to take the SIGTERM. */
const lastWordsMs = 100
/** These are handed on to the script's process. */
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGCONT'] as const
/** Exit codes of a process that ends by itself when SIGINT or SIGTERM asks it to. */
const asked: readonly (number | null)[] = [130, 143]

/**
 * Runs the same command line in a process of its own and ends that after the time, whatever it does: a process that
 * waits in a system call, or is in one long call of C, cannot end itself. Returns its exit code; when a signal ended
 * it, ends by the same one. Rejects with Failure 124 when the time was up.
 */
export async function runWithin(time: Duration, argv: string[]): Promise<number> {
  const words = [...process.execArgv, process.argv[1] as string, ...argv]
  const { file, args, env } = programChild(process.execPath, words, supervisedEnvironment(process.env))
  // The script finds every descriptor of the caller at its number.
  const child = spawn(file, args, { stdio: stdioOfChild(['inherit', 'inherit', 'inherit']), env })
  let late = false
  /** What has to end. The script's children have other parents once the script's process is gone. */
  let tree: number[] = []
  const after = (ms: number, act: () => void) => setTimeout(act, time.ms + ms)
  const timers = [
    after(0, () => {
      late = true
      tree = treeOf(child)
      // As a Ctrl-C: the script stops where it is, and what it has written is flushed.
      child.kill('SIGINT')
    }),
    after(graceMs, () => {
      tree = treeOf(child)
      end(tree, 'SIGTERM')
    }),
    after(killMs, () => end(tree, 'SIGKILL')),
  ]
  const handOn = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGHUP' && hangupIgnored()) return
    if (signal !== 'SIGINT' || !inForeground()) child.kill(signal)
  }
  for (const name of forwarded) process.on(name, handOn)
  const { code, signal } = await ended(child)
  for (const timer of timers) clearTimeout(timer)
  const rest = tree.slice(1)
  if (rest.length > 0) {
    end(rest, 'SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, lastWordsMs))
    end(rest, 'SIGKILL')
  }
  for (const name of forwarded) process.off(name, handOn)
  if (late && (signal !== null || asked.includes(code))) {
    throw new Failure(ExitCode.timeout, `gave up after ${time.text} (--timeout)`)
  }
  if (signal !== null) await endBy(signal)
  return code ?? ExitCode.internal
}

function ended(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
}

/** A Ctrl-C at the terminal reaches the whole process group: then the script has it already. */
function inForeground(): boolean {
  const self = processes().get(process.pid)
  return self !== undefined && self.group === self.foreground
}

/**
 * The script's process and, behind it, what it waits for: commands of os.execute and io.popen. Parents come before
 * their children: a shell whose command is terminated first says so on stderr. What has a session of its own, as a
 * daemon, was meant to stay.
 */
function treeOf(child: ChildProcess): number[] {
  if (child.pid === undefined) return []
  const all = processes()
  const session = all.get(child.pid)?.session
  const tree = new Set([child.pid])
  // A set that grows while it is walked: children of children too.
  for (const parent of tree) {
    for (const [pid, other] of all) if (other.parent === parent && other.session === session) tree.add(pid)
  }
  return [...tree]
}

function end(pids: number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch {
      // It has ended meanwhile.
    }
  }
}

interface ProcessInfo {
  parent: number
  group: number
  session: number
  /** The group in the foreground of its terminal, -1 without one. */
  foreground: number
}

/** What /proc tells of all processes (proc_pid_stat(5)); empty where there is none. */
function processes(): Map<number, ProcessInfo> {
  const found = new Map<number, ProcessInfo>()
  for (const name of readFolder('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
      // The name in parentheses can hold anything, also spaces and parentheses.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const [, parent, group, session, , foreground] = fields.map(Number) as [
        0,
        number,
        number,
        number,
        0,
        number,
      ]
      found.set(Number(name), { parent, group, session, foreground })
    } catch {
      // It has ended meanwhile.
    }
  }
  return found
}

function readFolder(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
