/**
 * What this engine uses of webtorrent 3.0.21, which brings no types. Names with an underscore are private to
 * webtorrent: they are listed here and used nowhere outside of `engine/host`, the version is pinned, and
 * test/engine/webtorrent-private.test.ts fails when an update takes one away.
 */
declare module 'webtorrent' {
  import type { EventEmitter } from 'node:events'
  import type { Server, Socket } from 'node:net'
  import type { UtpSocket } from './dht/socket.ts'

  interface PieceSet {
    get(index: number): boolean
  }

  /** bittorrent-protocol. */
  interface Wire extends EventEmitter {
    type: string
    peerId: string | null
    peerPieces: PieceSet & { buffer: Uint8Array; grow: number; set(index: number, value?: boolean): void }
    peerAllowedFastSet: number[]
    amChoking: boolean
    amInterested: boolean
    peerChoking: boolean
    peerInterested: boolean
    isSeeder?: boolean
    /** What the two handshakes offered. */
    extensions: { dht?: boolean }
    destroyed: boolean
    /** What the peer was asked for. `callback`: it will not be answered (with bytes: it has been, not used here). */
    requests: { piece: number; offset: number; length: number; callback(error: Error | null): void }[]
    downloaded: number
    uploaded: number
    /** Piece data, bytes/s. */
    downloadSpeed: () => number
    uploadSpeed: () => number
    setTimeout(ms: number): void
    pause(): void
    resume(): void
    _onRequest: (piece: number, offset: number, length: number) => void
    _onCancel: (piece: number, offset: number, length: number) => void
    peerExtendedHandshake: {
      reqq?: unknown
      v?: unknown
      upload_only?: unknown
      p?: unknown
      metadata_size?: unknown
      /** See ExtendedHandshake. */
      seen_complete?: number
    }
    /** BEP 10: what each end calls an extension; 0 takes one back. */
    extendedMapping: Record<number, string>
    peerExtendedMapping: Record<string, number>
    ut_pex?: object
    /** Offers an extension, which is a class with its name on the prototype. */
    use(extension: new (wire: Wire) => { onMessage(bytes: Uint8Array): void }): void
    extended(name: string | 0, dictionary: object): void
    peerExtensions: { extended?: boolean; dht?: boolean }
    extendedHandshake: Record<string, unknown>
    ut_metadata: Extension
    lt_donthave: EventEmitter & Extension
    /** Extensions by name. */
    _ext: Record<string, Extension>
    remoteAddress?: string
    remotePort?: number
    peerRequests: { piece: number; offset: number; length: number }[]
    hasFast: boolean
    /** Pieces that the peer may ask for while it is choked. */
    allowedFastSet: number[]
    peerAllowedFastSet: number[]
    suggest(piece: number): void
    allowedFast(piece: number): void
    _encryptionMethod: number | null | undefined
    /** What `secure` was when the peer was made; read again when the end that was called chooses. */
    _peEnabled: number
    _encryptor: Encryptor | null
    /** Sends bytes, encrypted if that was agreed on. */
    _push(bytes: Uint8Array): void
    cancel(piece: number, offset: number, length: number): void
    reject(piece: number, offset: number, length: number): void
    _write: (data: Uint8Array, done: (error?: Error | null) => void) => void
    /** Bytes that came, and the step that they are for; `_onMessageLength` once both have shaken hands. */
    _buffer: Uint8Array[]
    _bufferSize: number
    _parserSize: number
    _parser: (bytes: Uint8Array) => void
    _finished: boolean
    /** streamx: what waits to go out, bytes, and what is called when there is room for more. */
    _readableState: { buffered: number; queue: { length: number }; highWaterMark: number }
    _read: (done: (error?: Error | null) => void) => void
    push: (bytes: Uint8Array | null) => unknown
    /** An encrypted handshake waits for its torrent. */
    _pePending: boolean
    _cryptoSyncPattern: Uint8Array | null
    _parse: (size: number, parser: (bytes: Uint8Array) => void) => void
    _processBuffer: () => void
    _onMessageLength: (bytes: Uint8Array) => void
    _onMessage: (bytes: Uint8Array) => void
    _onKeepAlive(): void
    _onExtended: (id: number, bytes: Uint8Array) => void
    setInfoHash: (infoHash: string) => void
    have: (piece: number) => void
    piece(piece: number, offset: number, block: Uint8Array): void
    /** Everything that goes out passes here, encrypted if need be. */
    _push: (data: Uint8Array) => unknown
    choke(): void
    interested(): void
    uninterested(): void
    unchoke(): void
    /** BEP 5: the port of our DHT node. */
    port(port: number): void
    end(data?: unknown): void
    destroy(): void
  }

  /** An extension of BEP 10 on one connection. */
  interface Extension {
    onHandshake?(infoHash: string, peerId: string, extensions: object): void
    onExtendedHandshake?(handshake: Wire['peerExtendedHandshake']): void
    onMessage(bytes: Uint8Array): void
  }

  /** bittorrent-protocol's side of the encrypted handshake (MSE). */
  interface Encryptor {
    state: string
    _peerCryptoProvide: number
    generateStepA3: (offer?: number) => Uint8Array
    _advanceEncryption: () => void
    decrypt(bytes: Uint8Array): Uint8Array
    /** The bytes themselves when they go out as they are. */
    encrypt(bytes: Uint8Array): Uint8Array
    /** This end's keys. */
    _dh: { generateKeys(): Buffer; computeSecret(theirs: Uint8Array): Buffer } | null
    /** The common secret, and the info hash in hex. */
    S: Uint8Array
    skeyHex: string
    /** `A`: the end that called. */
    _initializeCiphers: (party: 'A' | 'B') => void
    encryptCipher: (bytes: Uint8Array) => Uint8Array
    decryptCipher: (bytes: Uint8Array) => Uint8Array
    /** Take the other end's key. */
    handleStepA2: (key: Uint8Array) => void
    handleStepB1: (key: Uint8Array) => void
    _onPe3Ia: (bytes: Uint8Array) => void
  }

  /** A TCP or uTP socket, as far as it is used. */
  interface Connection {
    on(event: string, listener: (error: Error) => void): unknown
    once(event: string, listener: (error: Error) => void): unknown
    destroy(): unknown
  }

  interface Peer extends EventEmitter {
    id: string
    type: string
    addr: string
    source?: string
    conn: (Pick<Connection, 'on' | 'destroy'> & { remoteAddress?: string | undefined }) | null
    wire: Wire | null
    destroyed: boolean
    connectTimeout: NodeJS.Timeout | null
    handshakeTimeout: NodeJS.Timeout | null
    /** The client's. */
    throttleGroups: object
    onConnect(): void
    startHandshakeTimeout(): void
    /** Joins connection and wire; called once `wire` is made, before anything is sent. */
    setThrottlePipes(): void
    destroy(error?: Error): void
  }

  /** Stands for a web seed: answers requests of pieces by HTTP. */
  interface WebConn extends EventEmitter {
    destroyed: boolean
    httpRequest(
      piece: number,
      offset: number,
      length: number,
      done: (error: Error | null, bytes?: Uint8Array) => void,
    ): void
  }

  /** What a torrent asks of its discovery object (stock: torrent-discovery; ours: discovery.ts). */
  interface Discovery {
    readonly tracker: null
    complete(): void
    destroy(done: () => void): void
  }

  /** What webtorrent asks of a DHT node; see dht/service.ts. */
  interface DhtFacade {
    listening: boolean
    _tables: { remove(infoHash: string): void }
    destroy(done: () => void): void
  }

  /** What parse-torrent makes of a torrent. */
  interface ParsedTorrent {
    infoHash: string
    name: string
    announce: string[]
    urlList: string[]
    private?: boolean
    info?: object
    files?: { path: string; name: string; length: number; offset: number }[]
    length?: number
    pieceLength?: number
    lastPieceLength?: number
    pieces?: string[]
  }

  interface Torrent extends EventEmitter {
    infoHash: string
    ready: boolean
    destroyed: boolean
    done: boolean
    private?: boolean
    metadata: unknown
    files: { done: boolean }[]
    wires: Wire[]
    /** null once a piece is verified, any object before; before the metadata, the list of hashes. */
    pieces: (object | null)[]
    bitfield: PieceSet & { set(index: number, value?: boolean): void }
    /** Only webtorrent's own downloads need them. */
    _hashes: string[]
    _reservations: unknown[]
    strategy: 'rarest' | 'sequential'
    discovery: Discovery | null
    _store: unknown
    /** Once its pieces are known. */
    store?: {
      get(
        piece: number,
        range: { offset: number; length: number },
        done: (error: Error | null, block?: Uint8Array) => void,
      ): void
    }
    _startupBitfield: Uint8Array | undefined
    _numConns: number
    _numPending: number
    _peers: Map<string, Peer> | null
    _queue: Peer[] | null
    _rechokeIntervalId: NodeJS.Timeout | null
    addPeer(address: string, source?: string): boolean
    addWebSeed(url: string): void
    removePeer(id: string): void
    destroy(done?: () => void): void
    _addPeer(peer: string | object, type: 'tcp' | 'utp', source?: string): Peer | null
    _addIncomingPeer(peer: Peer): void
    _drain(): void
    _onWire(wire: Wire, address?: string): void
    _onWireWithMetadata(wire: Wire): void
    _onMetadata(metadata: unknown): Promise<void>
    _processParsedTorrent(parsed: ParsedTorrent): void
    _checkDone(): void
    _downloadSpeed: (bytes?: number) => number
    _uploadSpeed: (bytes?: number) => number
    _rechoke(): void
    _startDiscovery(): void
    _update(): void
    _updateWire(wire: Wire): void
    _updateWireInterest(wire: Wire): void
    _verifyPieces(done: (error?: Error | null) => void): void
  }

  interface ConnPool {
    /** Asked for the torrent that a caller wants, and for what all connections share. */
    _client: WebTorrent | null
    tcpServer: Server
    utpServer?: UtpSocket | null
    /** Connections that have not said which torrent they want. */
    _pendingConns: Set<Connection> | null
    _onTCPConnectionBound: (connection: Socket) => void
    _onConnection(connection: Socket, type: 'tcp' | 'utp'): void
    destroy(done?: () => void): void
  }

  interface TorrentOptions {
    path: string
    announce?: string[]
    store?: unknown
    storeCacheSlots?: number
    bitfield?: Uint8Array
    deselect?: boolean
    strategy?: 'rarest' | 'sequential'
    private?: boolean
    noPeersIntervalTime?: number
  }

  /** Handed to bittorrent-tracker. */
  interface TrackerOptions {
    /** No WebRTC, so no WebSocket trackers. */
    wrtc?: false
    /** For RTCPeerConnection; `bindAddress` is node-datachannel's own. */
    rtcConfig?: { bindAddress: string; iceServers?: [] }
  }

  interface ClientOptions {
    peerId: string
    userAgent: string
    /** Handed to net.Server.listen. */
    torrentPort: number | { host: string; port: number; backlog?: number; ipv6Only?: boolean }
    dht: false
    tracker: TrackerOptions
    lsd: false
    natUpnp: boolean
    natPmp: boolean
    utp: boolean
    maxConns: number
    secure: 0 | 1 | 2
  }

  export default class WebTorrent extends EventEmitter {
    static UTP_SUPPORT: boolean
    constructor(options: ClientOptions)
    peerId: string
    destroyed: boolean
    listening: boolean
    /** As given until `listening`, then the real port. */
    torrentPort: number
    torrents: Torrent[]
    maxConns: number
    secure: number
    userAgent: string
    utp: boolean
    utPex: boolean
    lsd: false
    dht: DhtFacade | false
    tracker: TrackerOptions
    throttleGroups: object
    _downloadSpeed: (bytes?: number) => number
    _uploadSpeed: (bytes?: number) => number
    _connPool: ConnPool | null
    _utpServer: { connect(port: number, host: string): Connection } | null
    natTraversal?: { ttl: number; _timeout: number }
    add(torrent: ParsedTorrent, options: TorrentOptions): Torrent
    destroy(done?: () => void): void
  }

  export type {
    ClientOptions,
    Connection,
    Discovery,
    Encryptor,
    Extension,
    ParsedTorrent,
    Peer,
    Torrent,
    WebConn,
    Wire,
  }
}

declare module 'webtorrent/lib/peer.js' {
  import type { Peer as PeerOf } from 'webtorrent'

  type Peer = PeerOf
  const Peer: { prototype: PeerOf }
  export default Peer
}
