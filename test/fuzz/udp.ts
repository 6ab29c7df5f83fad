import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'

/** A UDP socket on a loopback address; what it hears goes to a function, and trouble with sending is no matter. */
export async function udpSocket(
  address: string,
  hear: (bytes: Buffer, from: RemoteInfo, socket: Socket) => void = () => {},
): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.on('error', () => {})
  socket.on('message', (bytes, from) => hear(bytes, from, socket))
  socket.bind(0, address)
  await once(socket, 'listening')
  return socket
}

/** Sends without an error: a port that nobody has is fine. */
export function say(socket: Socket, bytes: Uint8Array, port: number, address = '127.0.0.1'): void {
  try {
    socket.send(bytes, port, address, () => {})
  } catch {
    // a port out of range, or a socket that was closed meanwhile
  }
}
