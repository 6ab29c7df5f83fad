import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { loopback, TestDaemon } from '../helpers/daemon.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { random as randomOf } from '../session/random.ts'
import { damages } from './damage.ts'
import { makeState, sessions, snapshot } from './state-model.ts'

/** What damages of the state came to. */
export interface DamageReport {
  tried: number
  harmless: number
  setAside: number
  refused: number
  silent: string[]
}

/** Damages a state in `count` ways and starts a daemon on each: a few at a time, as the cores allow. */
export async function damageRun(seed: number, count: number): Promise<DamageReport> {
  const folder = mkdtempSync(join(tmpdir(), 'porla-lua-damage-'))
  const report: DamageReport = { tried: 0, harmless: 0, setAside: 0, refused: 0, silent: [] }
  try {
    const killed = makeState(join(folder, 'killed'), randomOf(seed))
    const closed = makeState(join(folder, 'closed'), randomOf(seed))
    const earlier = { folder: join(folder, 'earlier') }
    mkdirSync(earlier.folder)
    copyFileSync(join(folder, 'killed', 'state.db'), join(earlier.folder, 'state.db'))
    closed.store.close()
    const sound = new TestDaemon(join(folder, 'sound'))
    snapshot(join(folder, 'closed'), sound.stateDir)
    const whole = await judge(sound, null, { ...report }, 'no damage')
    if (whole === null) throw new Error(`the undamaged state was refused: ${sound.log}`)
    const kinds = Object.entries(damages)
    let next = 0
    const lane = async (name: string) => {
      while (report.tried < count) {
        const n = next++
        const [kind, damage] = kinds[n % kinds.length] as (typeof kinds)[number]
        const from = n % 2 === Math.floor(n / kinds.length) % 2 ? 'killed' : 'closed'
        const place = new TestDaemon(join(folder, name))
        rmSync(place.folder, { recursive: true, force: true })
        snapshot(join(folder, from), place.stateDir)
        const what = damage(place.stateDir, randomOf(seed + n), earlier)
        if (what === null || report.tried >= count) continue
        report.tried++
        await judge(place, whole, report, `seed ${seed + n}, ${from}, ${kind}: ${what}`)
      }
    }
    await Promise.all([lane('one'), lane('two')])
    killed.store.close()
    return report
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a daemon shows of a state: per torrent and setting, what a damage could change. */
interface Shown {
  torrents: Record<string, Record<string, unknown>>
  settings: Record<string, unknown>
  paused: string[]
  /** How many rows of each table are set aside. */
  aside: Record<string, number>
}

async function judge(
  daemon: TestDaemon,
  whole: Shown | null,
  report: DamageReport,
  what: string,
): Promise<Shown | null> {
  const settings = { ...loopback, active_downloads: 0, active_seeds: 0, active_limit: 0 }
  const config = Object.fromEntries(sessions.map((name) => [name, { settings }]))
  writeFileSync(join(daemon.folder, 'config.json'), JSON.stringify({ sessions: config }))
  try {
    await daemon.start()
  } catch (error) {
    const code = await daemon.end()
    if (code === 78) report.refused++
    else report.silent.push(`${what}: exit code ${code}: ${(error as Error).message}`)
    return null
  }
  try {
    const shown = await look(daemon)
    if (whole !== null) report.silent.push(...losses(whole, shown).map((loss) => `${what}: ${loss}`))
    if (Object.keys(shown.aside).length > 0) report.setAside++
    else report.harmless++
    return shown
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).stack}\n${daemon.log}`)
  } finally {
    await daemon.end()
  }
}

async function look(daemon: TestDaemon): Promise<Shown> {
  const client = await daemon.client()
  try {
    const shown: Shown = { torrents: {}, settings: {}, paused: [], aside: {} }
    for (const session of sessions) {
      const fields = ['info_hash', 'name', 'save_path', 'category', 'tags', 'added_time', 'all_time_upload']
      const torrents = await waitUntil('nothing is moved any more', async () => {
        const list = await client.call('torrents.list', { session, fields: [...fields, 'moving_storage'] })
        return list.torrents.some(({ moving_storage }) => moving_storage) ? undefined : list.torrents
      })
      for (const { info_hash, ...status } of torrents) {
        const key = { session, info_hash: info_hash?.[0] as string }
        shown.torrents[`${session} ${key.info_hash}`] = {
          ...status,
          // A torrent whose trackers or metadata were damaged says so.
          trackers: await client.call('torrents.trackers.list', key).then(
            ({ trackers }) => trackers.map(({ url }) => url),
            () => told,
          ),
          ti: await client.call('torrents.metadata.get', key).then(
            ({ ti }) => ti,
            () => told,
          ),
        }
      }
      const keys = ['active_downloads', 'proxy_hostname', 'enable_dht', 'upload_rate_limit']
      const { settings } = await client.call('sessions.settings.list', { name: session, keys })
      for (const [name, value] of Object.entries(settings)) shown.settings[`${session} ${name}`] = value
    }
    const list = await client.call('sessions.list', {})
    shown.paused = list.sessions.filter(({ is_paused }) => is_paused).map(({ name }) => name)
    for (const { table } of (await client.call('daemon.status', {})).state.set_aside) {
      shown.aside[table] = (shown.aside[table] ?? 0) + 1
    }
    return shown
  } finally {
    client.close()
  }
}

const told = 'it was told'

/** Differences that nothing tells of. */
function losses(whole: Shown, now: Shown): string[] {
  const found: string[] = []
  const aside = (table: string) => now.aside[table] ?? 0
  let missing = 0
  for (const [hash, before] of Object.entries(whole.torrents)) {
    const after = now.torrents[hash]
    if (after === undefined) missing++
    for (const [name, value] of Object.entries(after ?? {})) {
      if (isDeepStrictEqual(value, before[name]) || value === told) continue
      if (name === 'all_time_upload' && aside('progress') > 0) continue
      if (name === 'save_path' && aside('moves') > 0) continue
      found.push(`${name} of ${hash} is ${JSON.stringify(value)} instead of ${JSON.stringify(before[name])}`)
    }
  }
  if (missing > aside('torrents')) found.push(`${missing} torrents are gone`)
  for (const hash of Object.keys(now.torrents)) if (!(hash in whole.torrents)) found.push(`${hash} is new`)
  const changed = Object.keys(whole.settings).filter((name) => whole.settings[name] !== now.settings[name])
  if (changed.length > aside('settings')) found.push(`settings differ: ${changed}`)
  const running = whole.paused.filter((name) => !now.paused.includes(name))
  if (running.length > 0) found.push(`${running} is not paused any more`)
  return found
}
