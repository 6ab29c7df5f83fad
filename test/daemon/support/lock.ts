// Takes the locks of argv[2] (socket) and argv[3] (state folder), says so on stdout, and holds them until stdin speaks
// or ends: "stopping" marks them, "release" and the end let them go, "fork" starts a child that outlives this process.
import { fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { InstanceLock } from '../../../src/daemon/instance-lock.ts'
import { Failure } from '../../../src/program/failure.ts'

const [socket = '', stateDir = '', waitMs = '0', idle] = process.argv.slice(2)
if (idle !== undefined) {
  process.send?.('up')
  setTimeout(() => {}, 30_000)
} else {
  try {
    const lock = await InstanceLock.acquire({ socket, stateDir }, Number(waitMs))
    console.log('locked')
    for await (const word of createInterface(process.stdin)) {
      if (word === 'stopping') lock.stopping()
      if (word === 'release') lock.release()
      if (word === 'fork') {
        const child = fork(import.meta.filename, [socket, stateDir, '0', 'idle'])
        await new Promise((resolve) => child.once('message', resolve))
        console.log(child.pid)
        child.disconnect()
        child.unref()
        continue
      }
      console.log('done')
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    console.log(error.message)
    process.exitCode = error.exitCode
  }
}
