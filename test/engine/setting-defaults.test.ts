// A setting's default stands once, in src/daemon/settings: what an engine host reads comes from there.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { dhtSettings } from '../../src/daemon/engine/host/dht/settings.ts'
import { lsdSettings } from '../../src/daemon/engine/host/lsd/service.ts'
import { proxyPlan } from '../../src/daemon/engine/host/proxy/proxy-plan.ts'
import { clientPlan, liveSettings } from '../../src/daemon/engine/host/settings.ts'
import { trackerSettings } from '../../src/daemon/engine/host/trackers/settings.ts'
import { allRows, defaultSettings } from '../../src/daemon/session/settings/pack.ts'
import { version } from '../../src/program/version.ts'
import type { Settings, SettingValue } from '../../src/rpc/contract/types.ts'
import { root } from '../helpers/program.ts'

const readers: Record<string, (settings: Settings) => unknown> = {
  clientPlan,
  liveSettings,
  trackerSettings,
  dhtSettings,
  lsdSettings,
  proxyPlan,
}

/** Names of settings that a host asks for while it reads `settings`. */
function namesRead(settings: Settings): Set<string> {
  const asked = new Set<string>()
  const watched = new Proxy(settings, {
    get(target, name) {
      asked.add(String(name))
      return target[String(name)]
    },
  })
  for (const read of Object.values(readers)) read(watched)
  return asked
}

/** What all of a host's readers make of settings. */
const understood = (settings: Settings) =>
  Object.fromEntries(Object.entries(readers).map(([name, read]) => [name, read(settings)]))

test('every setting that a host reads is one that works', () => {
  const defaults = defaultSettings(version)
  // With and without the two settings that decide what else is read.
  const asked = new Set([
    ...namesRead({ ...defaults, proxy_type: 3 }),
    ...namesRead({ ...defaults, anonymous_mode: true }),
    ...namesRead(defaults),
  ])
  assert.ok(asked.size > 90, `a host reads ${asked.size} settings`)
  const unknown = [...asked].filter((name) => allRows.find((row) => row[0] === name)?.[4] !== 'works')
  assert.deepEqual(unknown, [])
})

test('what is missing or of another type has the default that a session reads', () => {
  const defaults = defaultSettings(version)
  const otherType = (value: SettingValue): SettingValue => (typeof value === 'string' ? 7 : 'seven')
  for (const changed of [{}, { proxy_type: 3 }, { anonymous_mode: true }] as Settings[]) {
    const expected = understood({ ...defaults, ...changed })
    assert.deepEqual(understood(changed), expected)
    const wrong = Object.entries(defaults).map(([name, value]) => [name, otherType(value)])
    assert.deepEqual(understood({ ...Object.fromEntries(wrong), ...changed }), expected)
  }
})

test('no default of a setting stands beside the table', () => {
  const daemon = join(root, 'src', 'daemon')
  const types = new Map(allRows.map(([name, value]) => [name, typeof value]))
  const again: string[] = []
  for (const file of readdirSync(daemon, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.startsWith('settings/')) continue
    const text = readFileSync(join(daemon, file), 'utf8')
    for (const [line, name, word, truth] of text.matchAll(
      /^\s*(\w+): (?:('[^']*')|(true|false)|-?\d[\d_ <]*),?$/gm,
    )) {
      const type = word !== undefined ? 'string' : truth !== undefined ? 'boolean' : 'number'
      if (types.get(name!) === type) again.push(`${file}: ${line.trim()}`)
    }
  }
  assert.deepEqual(again, [])
})
