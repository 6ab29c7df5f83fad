import { createRequire } from 'node:module'

/**
 * Stands in for node-datachannel in the bundle: webrtc-polyfill imports it statically, which would end the engine
 * host where it is missing, and costs 19 ms and 9 MB in every host that never meets a WebRTC peer. So it is loaded
 * when the first connection is made. A function called with `new` that returns an object gives that object.
 */
type Library = Record<string, new (...args: unknown[]) => object> & { cleanup(): void }

const require = createRequire(import.meta.url)
let library: Library | undefined
let said = false

/** True when the package is there, which does not yet mean that it has a binary for this machine. */
export function isInstalled(): boolean {
  try {
    require.resolve('node-datachannel')
    return true
  } catch {
    say('node-datachannel is not installed')
    return false
  }
}

/** Once, on stderr: the daemon logs what its hosts write there. */
function say(why: string): void {
  if (!said) process.stderr.write(`WebRTC is off, peers in browsers are not reached: ${why}\n`)
  said = true
}

function load(): Library {
  try {
    return require('node-datachannel') as Library
  } catch (error) {
    say((error as Error).message.split('\n', 1)[0] as string)
    throw error
  }
}

function make(name: string, args: unknown[]): object {
  library ??= load()
  const Class = library[name]
  if (!Class) throw new Error(`node-datachannel has no ${name}`)
  return new Class(...args)
}

export function PeerConnection(...args: unknown[]): object {
  return make('PeerConnection', args)
}
export function RtcpReceivingSession(...args: unknown[]): object {
  return make('RtcpReceivingSession', args)
}
export function Video(...args: unknown[]): object {
  return make('Video', args)
}
export function Audio(...args: unknown[]): object {
  return make('Audio', args)
}

/** Frees the library's threads after the last connection; nothing to do when none was made. */
export function cleanup(): void {
  library?.cleanup()
}
