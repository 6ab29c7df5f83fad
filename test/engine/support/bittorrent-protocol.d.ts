/** What tests use of bittorrent-protocol, which brings no types. */
declare module 'bittorrent-protocol' {
  import type { Duplex } from 'node:stream'

  export default class Wire extends Duplex {
    constructor(type?: string, secure?: 0 | 1 | 2)
    peerId: string
    peerChoking: boolean
    requests: unknown[]
    peerExtendedHandshake: Record<string, unknown>
    extendedHandshake: Record<string, unknown>
    _encryptor: { encryptionMethod: number | null } | null
    startEncryption(infoHash: string): void
    setInfoHash(infoHash: string): void
    handshake(infoHash: string, peerId: string, options?: { fast?: boolean }): void
    unchoke(): void
    choke(): void
    interested(): void
    uninterested(): void
    haveAll(): void
    haveNone(): void
    keepAlive(): void
    request(
      piece: number,
      offset: number,
      length: number,
      done?: (error: Error | null, block?: Uint8Array) => void,
    ): void
    piece(piece: number, offset: number, block: Uint8Array): void
    reject(piece: number, offset: number, length: number): void
    have(piece: number): void
    suggest(piece: number): void
    allowedFast(piece: number): void
    peerAllowedFastSet: number[]
  }
}
