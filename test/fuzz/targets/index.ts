import type { Target } from '../target.ts'
import { configuration } from './configuration.ts'
import { dht } from './dht.ts'
import { httpTracker } from './http-tracker.ts'
import { jsonRpc } from './json-rpc.ts'
import { lsd } from './lsd.ts'
import { magnet } from './magnet.ts'
import { metadata } from './metadata.ts'
import { metainfo } from './metainfo.ts'
import { peerWire } from './peer-wire.ts'
import { pex } from './pex.ts'
import { pql } from './pql.ts'
import { udpTracker } from './udp-tracker.ts'
import { utp } from './utp.ts'
import { webSeed } from './web-seed.ts'
import { webSocketTracker } from './web-socket-tracker.ts'

/** Every door, in the order in which they are tried. */
export const targets: Target[] = [
  peerWire,
  metadata,
  dht,
  httpTracker,
  udpTracker,
  webSocketTracker,
  pex,
  lsd,
  utp,
  webSeed,
  metainfo,
  magnet,
  pql,
  configuration,
  jsonRpc,
]
