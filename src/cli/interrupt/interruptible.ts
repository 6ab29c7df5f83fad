import { runInThisContext } from 'node:vm'

/** Where the code that is run finds what to call. */
const place = Symbol.for('porla-lua.interruptible')

/** A SIGINT came while `interruptible` ran something. */
export class Interrupted extends Error {}

/**
 * Runs a function that a SIGINT ends at once, whatever it does: JavaScript, a loop in WASM, a blocking read. Node's
 * REPL stops a busy script in the same way (`breakOnSigint` of node:vm): a thread of Node's own gets the signal and
 * makes V8 stop. No `catch` or `finally` of the function runs, so nothing it uses may be trusted to be whole
 * afterwards. Throws Interrupted then.
 *
 * A SIGINT in the very moment in which the function returns is lost: Node's thread is being stopped then and drops it
 * (SigintWatchdogHelper::Stop). The next one counts. Who calls this again and again needs an InterruptThread.
 */
export function interruptible<T>(body: () => T): T {
  const global = globalThis as unknown as { [place]: () => T }
  global[place] = body
  try {
    return runInThisContext(`globalThis[Symbol.for('${place.description}')]()`, {
      breakOnSigint: true,
      displayErrors: false,
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException)?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw new Interrupted()
    throw error
  }
}
