import { createSocket, type Socket } from 'node:dgram'
import { lsdGroup, lsdPort } from './message.ts'
import type { LocalNetwork } from './network.ts'

export interface LsdSocketHooks {
  /** Somebody in this network said something. */
  message: (bytes: Uint8Array, address: string) => void
  /** It is of no use any more. */
  failed: (error: Error) => void
}

/** Speaks to and hears one network, and no other: a listen address holds for local peers, too. */
export class LsdSocket {
  readonly network: LocalNetwork
  readonly #socket: Socket
  #open = false
  #closed = false
  /** What is said before it is open. */
  #waiting: Uint8Array[] = []

  constructor(network: LocalNetwork, hooks: LsdSocketHooks) {
    this.network = network
    // several programs of one machine hear the group
    const socket = createSocket({ type: 'udp4', reuseAddr: true })
    this.#socket = socket
    const failed = (error: Error) => {
      if (this.#closed) return
      this.close()
      hooks.failed(error)
    }
    socket.on('error', failed)
    socket.on('message', (bytes, { address }) => {
      // systems hand over what came by any network in which some program joined the group
      if (network.holds(address)) hooks.message(bytes, address)
    })
    // bound to the group it gets nothing else; Windows binds no group
    const address = process.platform === 'win32' ? network.address : lsdGroup
    socket.bind({ port: lsdPort, address }, () => {
      if (this.#closed) return
      try {
        socket.addMembership(lsdGroup, network.address)
        socket.setMulticastInterface(network.address)
        socket.setMulticastLoopback(true)
      } catch (error) {
        failed(error as Error)
        return
      }
      this.#open = true
      for (const bytes of this.#waiting.splice(0)) this.send(bytes)
    })
  }

  send(bytes: Uint8Array): void {
    if (this.#closed) return
    // a network that is down takes nothing; the next turn tries again
    if (this.#open) this.#socket.send(bytes, lsdPort, lsdGroup, () => {})
    else this.#waiting.push(bytes)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#socket.close()
  }
}
