// The daemon in a process of its own, as `porla-lua daemon run` starts it: argv[2] is its options as JSON. With
// `defect` it throws where nobody catches, once it is ready.
import { runDaemon } from '../../../src/daemon/main.ts'
import { Failure } from '../../../src/program/failure.ts'

const { defect, ...options } = JSON.parse(process.argv[2] ?? '{}')

function throwLater(): void {
  setTimeout(() => {
    throw new Error('nobody catches this')
  })
}

try {
  process.exit(await runDaemon({ ...options, ...(defect && { ready: throwLater }) }))
} catch (error) {
  if (!(error instanceof Failure)) throw error
  process.stderr.write(`porla-lua: ${error.message}\n`)
  process.exit(error.exitCode)
}
