import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { TestDaemon } from '../../helpers/daemon.ts'

/** A request that a script made. */
export interface Call {
  method: string
  params: Record<string, unknown>
}

/** A socket in front of a daemon's that passes everything on and keeps what was asked. */
export class CallRecorder {
  readonly path: string
  calls: Call[] = []
  constructor(path: string) {
    this.path = path
  }

  /** What was asked since the last time, without the greeting. */
  take(): Call[] {
    const calls = this.calls.filter(({ method }) => method !== 'hello')
    this.calls = []
    return calls
  }
}

export async function recordCalls(t: TestContext, daemon: TestDaemon): Promise<CallRecorder> {
  const recorder = new CallRecorder(join(daemon.folder, 'proxy.sock'))
  const server = createServer((client) => {
    const upstream = connect(daemon.socket)
    let rest = ''
    client.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n')
      rest = lines.pop() as string
      for (const line of lines) recorder.calls.push(JSON.parse(line) as Call)
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => client.write(chunk))
    for (const [a, b] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      a.on('close', () => b.destroy())
      a.on('error', () => b.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(recorder.path, resolve))
  t.after(() => new Promise((resolve) => server.close(resolve)))
  return recorder
}
