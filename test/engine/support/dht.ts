import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { Client } from 'bittorrent-dht'
import { ownSocket } from '../../../src/daemon/engine/host/dht/socket.ts'

/** A node of a private DHT: nothing outside of this machine. */
export interface TestNode {
  client: Client
  /** `127.0.0.1:port` */
  address: string
  /** What was announced to it, `infoHash host:port`, in order. */
  announced: string[]
  /** Info hashes that somebody asked it for. */
  asked: Set<string>
}

/** Starts a node that ends with the test. The first of a network has no `bootstrap`. */
export async function startNode(t: TestContext, bootstrap: string[] = []): Promise<TestNode> {
  const client = new Client({
    nodeId: crypto.getRandomValues(new Uint8Array(20)),
    bootstrap,
    concurrency: 16,
    socket: ownSocket(),
    verify: () => false,
  })
  client.listen(0, '127.0.0.1')
  await once(client, 'listening')
  t.after(() => new Promise<void>((resolve) => client.destroy(resolve)))
  const announced: string[] = []
  const asked = new Set<string>()
  client.on('announce', (peer: { host: string; port: number }, infoHash: Buffer) => {
    announced.push(`${infoHash.toString('hex')} ${peer.host}:${peer.port}`)
  })
  client.on('get_peers', (infoHash: Buffer) => asked.add(infoHash.toString('hex')))
  return { client, address: `127.0.0.1:${client.address().port}`, announced, asked }
}
