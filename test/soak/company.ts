import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { call, loopbackAddress } from '../fuzz/net.ts'
import { frame } from '../fuzz/wire-messages.ts'
import type { TestDaemon } from '../helpers/daemon.ts'
import type { Ground } from './life.ts'
import type { Seeder } from './seeder.ts'

/** What else goes on while torrents come and go. Each returns when the time is over. */

const script = `
  local session = require("sessions").get("default")
  local sum, seen = 0, 0
  for torrent in session:torrents() do
    local ok, status = pcall(torrent.status, torrent)
    if ok then sum = sum + status.total_done seen = seen + 1 end
  end
  for torrent in session:torrents("is:seeding and size > 500kb") do pcall(function() torrent:userdata().category = "large" end) end
  print(seen, sum)`

/** Scripts, one after the other; how many succeeded. */
export async function scripts(daemon: TestDaemon, ground: Ground): Promise<number> {
  await writeFile(join(daemon.folder, 'soak.lua'), script)
  let good = 0
  while (ground.going()) {
    const { code, stderr } = await daemon.run(['soak.lua'])
    if (code === 0) good++
    else ground.faults.push(`a script ended with ${code}: ${stderr.trim()}`)
    await sleep(1000)
  }
  return good
}

/** Clients that listen to events and go away in the middle. */
export async function listeners(daemon: TestDaemon, ground: Ground): Promise<number> {
  let heard = 0
  while (ground.going()) {
    const client = await daemon.client()
    client.onNotification = () => {
      heard++
    }
    await client.call('events.subscribe', {})
    await sleep(500 + ground.random.next(5000))
    await client.close()
  }
  return heard
}

/** Peers that call, shake hands, ask for a few blocks, and hang up; how many. */
export async function strangers(daemon: TestDaemon, ground: Ground): Promise<number> {
  let came = 0
  while (ground.going()) {
    await sleep(30 + ground.random.next(100))
    const infoHash = ground.random.one([...ground.alive])
    const { sessions } = await ground.client.call('daemon.status', {})
    const port = Number(sessions[0]?.engine.listening?.split(':').at(-1))
    if (infoHash === undefined || !(port > 0)) continue
    const socket = await call(port, loopbackAddress(ground.random))
    if (socket === null) continue
    came++
    socket.resume()
    const reserved = Buffer.from([0, 0, 0, 0, 0, 0x10, 0, 0x05])
    const peerId = Buffer.from(`-SK0001-${String(ground.random.next(1e9)).padStart(12, '0')}`)
    socket.write(
      Buffer.concat([Buffer.from('\x13BitTorrent protocol'), reserved, Buffer.from(infoHash, 'hex'), peerId]),
    )
    socket.write(Buffer.concat([frame(Buffer.from([15])), frame(Buffer.from([2]))]))
    const request = Buffer.alloc(13)
    request[0] = 6
    request.writeUInt32BE(16_384, 9)
    socket.write(frame(request))
    void sleep(ground.random.next(3000)).then(() => socket.destroy())
    if (daemon.log.length > 1_000_000) daemon.log = daemon.log.slice(-100_000)
  }
  return came
}

/** Has libtorrent's connections go and come back. */
export async function comingAndGoing(seeders: Seeder[], ground: Ground): Promise<void> {
  while (ground.going()) {
    await sleep(10_000 + ground.random.next(10_000))
    const seeder = ground.random.one(seeders)
    seeder.say('pause')
    await sleep(3000)
    seeder.say('resume')
  }
}
