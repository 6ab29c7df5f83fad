import { once } from 'node:events'
import type { Server as WebServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import type { TestContext } from 'node:test'

/** Has a server listen on 127.0.0.1 until the test ends, its connections too if it speaks HTTP; its port. */
export async function listen(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    if ('closeAllConnections' in server) (server as WebServer).closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}
