import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { ConnectionSettings } from './connection-settings.ts'

/** Takes turns with the addresses and ports that outgoing connections may come from. */
export class LocalEnds {
  #turn = 0

  /** Options for net.connect; an address of the other IP version than `host` cannot be used for it. */
  next(live: ConnectionSettings, host: string): { localAddress?: string; localPort?: number } {
    const { outgoingInterfaces, outgoingPort, outgoingPorts } = live
    if (outgoingInterfaces.length === 0 && outgoingPort === 0) return {}
    this.#turn++
    const version = isIP(host)
    const addresses = outgoingInterfaces.flatMap(addressesOf).filter((one) => isIP(one) === version)
    if (outgoingInterfaces.length > 0 && addresses.length === 0)
      throw new Error(`outgoing_interfaces has no IPv${version} address`)
    const localAddress = addresses[this.#turn % addresses.length]
    return {
      ...(localAddress === undefined ? {} : { localAddress }),
      ...(outgoingPort === 0 ? {} : { localPort: outgoingPort + (this.#turn % Math.max(1, outgoingPorts)) }),
    }
  }
}

function addressesOf(name: string): string[] {
  if (isIP(name) > 0) return [name]
  return (networkInterfaces()[name] ?? []).map(({ address }) => address)
}
