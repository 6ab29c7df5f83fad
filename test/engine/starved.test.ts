import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { starvedMs } from '../../src/daemon/engine/starved.ts'
import { until } from './support/engine.ts'

/** A shell that wants the first core for itself. */
function busyShell(t: TestContext): number {
  const child = spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' })
  t.after(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  const pinned = spawnSync('taskset', ['-pc', '0', String(child.pid)])
  assert.equal(pinned.status, 0, String(pinned.stderr))
  return child.pid!
}

test('time in which a process waits for a core is seen, time in which it is stopped is not', async (t) => {
  const [first] = [busyShell(t), busyShell(t)]
  const before = starvedMs(first!)
  await until(() => starvedMs(first!) > before + 100, 'two that share a core wait for each other')
  process.kill(first!, 'SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, 100))
  const stopped = starvedMs(first!)
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.ok(starvedMs(first!) - stopped < 50)
})

test('a process that is gone has waited for nothing', () => {
  assert.equal(starvedMs(0x3fffffff), 0)
})
