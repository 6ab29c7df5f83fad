import { createRequire } from 'node:module'
import type { Duplex } from 'node:stream'

/** utp-native as far as it is used here. */
interface UtpSocket {
  bind(port: number, host: string): void
  connect(port: number, host: string): Duplex
  close(): void
  unref(): void
  on(event: 'error', listener: (error: Error) => void): this
}

const Utp = createRequire(import.meta.url)('utp-native') as new () => UtpSocket

/** Calls `host:port` over uTP (BEP 29) from another address of this machine. Rejects when nobody answers. */
export async function callOverUtp(address: string, from: string): Promise<Duplex> {
  const [host, port] = address.split(':') as [string, string]
  const utp = new Utp()
  utp.on('error', () => {})
  utp.bind(0, from)
  const connection = utp.connect(Number(port), host)
  // the socket goes when its only connection has gone, which takes up to half a minute when nobody says goodbye
  utp.unref()
  connection.once('close', () => utp.close())
  await new Promise<void>((resolve, reject) => {
    connection.once('connect', resolve)
    connection.once('error', reject)
    connection.once('close', () => reject(new Error('hung up on before it was connected')))
  })
  return connection
}
