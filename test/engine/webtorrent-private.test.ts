import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

// The engine leans on private parts of webtorrent. The other tests here show that they do what is needed; this
// one says at once which of them an update took away.
const require = createRequire(import.meta.url)

const root = dirname(require.resolve('webtorrent/package.json'))
const inWebtorrent = (name: string) => readFileSync(join(root, name), 'utf8')

test('webtorrent is the version this engine was written for', () => {
  assert.equal(JSON.parse(inWebtorrent('package.json')).version, '3.0.21')
})

test('webtorrent still has the private names that the engine uses', () => {
  const torrent = inWebtorrent('lib/torrent.js')
  for (const text of [
    'if (this.metadata || this.destroyed) return',
    'this.metadata = this.torrentFile',
    'rawStore = new this._store(this.pieceLength, {',
    'this._hasStartupBitfield = this._startupBitfield &&',
    'this._verifyPieces(onPiecesVerified)',
    'this._startDiscovery()',
    'wire.peerExtensions.dht && this.client.dht && this.client.dht.listening',
    'this._onWireWithMetadata(wire)',
    'this.discovery.destroy(cb)',
    'this.discovery.complete()',
    'this.discovery.tracker?.start()',
    'if (this.client.utPex &&',
    'Peer.createTCPOutgoingPeer(peer, this, this.client.throttleGroups, source, this.client.secure)',
    'this._rechokeIntervalId = setInterval(() => {',
    'wire.setTimeout(PIECE_TIMEOUT, true)',
    'this._updateWireInterest(wire)',
    'this._updateWire(wire)',
    'if (this.pieces[index]) return',
    'this._hashes = this.pieces',
    'this._reservations = this._hasStartupBitfield',
    '_checkDone () {',
    'this._downloadSpeed = throughput()',
    'this.client._downloadSpeed(downloaded)',
    'wire.ut_metadata.setMetadata(this.metadata)',
    'this._rarityMap = new RarityMap(this)',
    'this._rarityMap.destroy()',
    "wire.on('unchoke', () => {\n      clearTimeout(timeoutId)\n      this._update()",
    'wire.use(utMetadata(this.metadata))',
    'removePeer (peer) {',
    'this._queue.push(newPeer)',
    'this._drain()',
    '_numPending = 0',
    '_addIncomingPeer (peer) {',
    'conn = new WebConn(id, this)',
  ]) {
    assert.ok(torrent.includes(text), `lib/torrent.js no longer has: ${text}`)
  }
  const web = inWebtorrent('lib/webconn.js')
  for (const text of [
    'this.httpRequest(pieceIndex, offset, length, (err, data) =>',
    'this.setKeepAlive(true)',
  ]) {
    assert.ok(web.includes(text), `lib/webconn.js no longer has: ${text}`)
  }
  const client = inWebtorrent('index.js')
  for (const text of [
    'this.torrentPort = opts.torrentPort || 0',
    'this.dht._tables.remove(',
    'this.dht.destroy(cb)',
  ]) {
    assert.ok(client.includes(text), `index.js no longer has: ${text}`)
  }
  const nat = readFileSync(fileURLToPath(import.meta.resolve('@silentbot1/nat-api')), 'utf8')
  for (const text of ['opts.ttl = opts.ttl || this.ttl', 'this._timeout'])
    assert.ok(nat.includes(text), `nat-api no longer has: ${text}`)
  const pool = inWebtorrent('lib/conn-pool.js')
  for (const text of [
    'await self._client.get(infoHash)',
    'await self._client._getByHash(infoHashHash)',
    'this.tcpServer.listen(client.torrentPort',
    'utp.createServer()',
    'this.utpServer.listen(',
    "this._onConnection(conn, 'tcp')",
    'self._pendingConns.add(conn)',
    "this.tcpServer.on('connection', this._onTCPConnectionBound)",
    'Peer.createTCPIncomingPeer(conn, this._client.throttleGroups, this._client.secure)',
    'torrent._addIncomingPeer(peer)\n        await wire.setInfoHash(torrent.infoHash)',
  ]) {
    assert.ok(pool.includes(text), `lib/conn-pool.js no longer has: ${text}`)
  }
  const peer = inWebtorrent('lib/peer.js')
  for (const text of [
    'const conn = this.conn\n    conn.once(',
    'clearTimeout(this.connectTimeout)',
    'clearTimeout(this.handshakeTimeout)',
    'this.startHandshakeTimeout()',
    'onConnect () {',
    'const wire = this.wire = new Wire(this.type, this.secure)',
    'wire.startEncryption(this.swarm.infoHash)',
    'conn.destroy()',
    'onConnect () {',
    'this.throttleGroups.down.throttle()',
    'this.setThrottlePipes()\n\n    if (this.swarm) {',
    'setThrottlePipes () {',
    "self.emit('upload', chunk.length)",
    "if (this.connected) this.emit('disconnect', err)",
  ]) {
    assert.ok(peer.includes(text), `lib/peer.js no longer has: ${text}`)
  }
})

test('so do the packages below it', () => {
  const expected: Record<string, string[]> = {
    'bittorrent-protocol': [
      '_write (data, cb) {',
      'while (this._bufferSize >= this._parserSize) {',
      'end (data) {',
      '_encryptionMethod',
      'this.extendedHandshake = {}',
      '_peEnabled',
      'this._encryptor = new MessageStreamEncryptor(this)',
      'peerRequests',
      '_onRequest (index, offset, length) {',
      'if (!setAgain || !this._timeoutMs || !this.requests.length) {',
      'this._parse(4, this._onMessageLength)',
      'this._parse(Number.MAX_VALUE, () => {})',
      'if (this._cryptoSyncPattern || this._pePending) break',
      'this._encryptor.decrypt(data)',
      'return this._onExtended(buffer[1], buffer.subarray(2))',
      'this._ext[name] = handler',
      'this.peerAllowedFastSet.push(index)',
      'this.peerPieces = new BitField(buffer)',
      '_processBuffer () {',
      '_push (data) {',
      'request.callback(err, buffer)',
      "this._callback(this.requests.pop(), new Error('wire was closed'), null)",
      'this.downloadSpeed = throughput()',
      'setInfoHash (infoHash) {',
    ],
    'bittorrent-dht/client.js': [
      'this._peers = ',
      'this._values = ',
      'this._rpc = ',
      '_bootstrap (populate) {',
    ],
    'bittorrent-protocol/index.js': ['this.extendedMapping[ext] = name', 'this.peerExtendedMapping[name] = '],
    'k-rpc': ['self.socket.inflight < self.concurrency', 'self.backgroundConcurrency', 'self.bootstrap'],
    'k-rpc-socket': ['this.socket = opts.socket ||', 'this.socket.close()'],
    'bittorrent-tracker/client': ['this._trackers = announce', 'this._getAnnounceOpts'],
    'bittorrent-tracker/websocket-tracker': [
      'this.setInterval(interval * 1000)',
      'new Error(`Connection error: ',
      "this.client.emit('update', response)",
      'this._onSocketData(data)',
    ],
    'ws/lib/receiver.js': ['this._maxPayload'],
    'ws/lib/permessage-deflate.js': ['this._maxPayload'],
    'ws/lib/websocket.js': [
      'this._receiver = receiver',
      'websocket._extensions[PerMessageDeflate.extensionName] =',
    ],
  }
  const encryption = join(dirname(fileURLToPath(import.meta.resolve('bittorrent-protocol'))), 'mse.js')
  for (const text of [
    'this.generateStepA3(provide)',
    "if (this.state === 'gotPe3' && this.skeyHex) {",
    'const wantPlaintext = this.wire._peEnabled === 1',
    'const accept = wantPlaintext ? (0x01 | 0x02) : 0x02',
    'this._advanceEncryption()',
    'if (!this._dh) {',
    '_initializeCiphers (party) {',
    'this.skeyHex = infoHash',
    'this.S = this.dh.computeSecret(',
    'this.handleStepB1(concat([pubKeyPrefix, pubKeySuffix]))',
    'this.handleStepA2(pubKey)',
    'this.wire._parse(iaLen, iaBuffer => this._onPe3Ia(iaBuffer))',
    'this.wire._pePending = true',
  ]) {
    assert.ok(readFileSync(encryption, 'utf8').includes(text), `mse.js no longer has: ${text}`)
  }
  const simplePeer = readFileSync(
    fileURLToPath(import.meta.resolve('@thaunknown/simple-peer/lite.js')),
    'utf8',
  )
  assert.ok(simplePeer.includes('} else if (!event.candidate && !this._iceComplete) {'))
  for (const [name, texts] of Object.entries(expected)) {
    const text = readFileSync(sourceOf(name), 'utf8')
    for (const part of texts) assert.ok(text.includes(part), `${name} no longer has: ${part}`)
  }
})

/** Path of a package's main file, or of the file named behind the package. */
function sourceOf(name: string): string {
  const [, pack, inner] = /^([^/]+)\/(.+\.js)$/.exec(name) ?? []
  if (pack === undefined) return fileURLToPath(import.meta.resolve(name))
  return join(dirname(fileURLToPath(import.meta.resolve(pack))), inner!)
}
