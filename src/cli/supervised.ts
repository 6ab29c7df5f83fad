/** Tells the process that runs a script with a time limit who watches it: a process id. */
const variable = 'PORLA_LUA_SUPERVISOR'
/** How often the script's process looks whether the one that watches it is still there. */
const orphanMs = 500

/** The environment of a process that is to run a script while this one watches it. */
export function supervisedEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, [variable]: String(process.pid) }
}

/**
 * True in a process that runs a script while another one watches its time. Takes that out of `env`, so that neither
 * the script nor what it starts sees it.
 */
export function takeSupervision(env: NodeJS.ProcessEnv): boolean {
  const value = env[variable]
  if (value === undefined) return false
  delete env[variable]
  if (Number(value) !== process.ppid) return false
  endWithSupervisor()
  return true
}

/** Whoever kills the process that watches, the one he knows of, means the script. */
function endWithSupervisor(): void {
  // Loaded here: only few runs are watched.
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  const code = `const { ppid } = process
    setInterval(() => { if (process.ppid !== ppid) process.kill(process.pid, 'SIGKILL') }, ${orphanMs})`
  new Worker(code, { eval: true, execArgv: [] }).unref()
}
