import { hangupIgnored, ignoreHangup } from '../signals.ts'

/** Tells the process that runs a script with a time limit who watches it: a process id. */
const variable = 'PORLA_LUA_SUPERVISOR'
/** Behind that id: SIGHUP is ignored, as the caller of the one that watches wants it. */
const hangupMark = ' nohup'
/** How often the script's process looks whether the one that watches it is still there. */
const orphanMs = 500

/** The environment of a process that is to run a script while this one watches it. */
export function supervisedEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, [variable]: `${process.pid}${hangupIgnored() ? hangupMark : ''}` }
}

/**
 * True in a process that runs a script while another one watches its time. Takes that out of `env`, so that neither
 * the script nor what it starts sees it.
 */
export function takeSupervision(env: NodeJS.ProcessEnv): boolean {
  const value = env[variable]
  if (value === undefined) return false
  delete env[variable]
  if (Number.parseInt(value, 10) !== process.ppid) return false
  if (value.endsWith(hangupMark)) ignoreHangup()
  endWithSupervisor()
  return true
}

/** Whoever kills the process that watches, the one he knows of, means the script. */
function endWithSupervisor(): void {
  // Loaded here: only few runs are watched.
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  const code = `const { ppid } = process
    setInterval(() => { if (process.ppid !== ppid) process.kill(process.pid, 'SIGKILL') }, ${orphanMs})`
  const thread = new Worker(code, { eval: true, execArgv: [] })
  thread.unref()
  // Node starts no thread in a folder that was removed. This one is deaf while Lua code runs.
  thread.on('error', () => {
    const { ppid } = process
    setInterval(() => process.ppid !== ppid && process.kill(process.pid, 'SIGKILL'), orphanMs).unref()
  })
}
