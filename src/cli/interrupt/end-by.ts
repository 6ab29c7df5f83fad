/** Node may need a moment to let go of a signal that it handled. */
const patienceMs = 1000

/**
 * Ends this process by a signal, so that shells and make see how it ended. Resolves only when that did not work, as
 * under a parent that had the signal ignored.
 */
export async function endBy(signal: NodeJS.Signals): Promise<void> {
  process.kill(process.pid, signal)
  await new Promise((resolve) => setTimeout(resolve, patienceMs))
}
