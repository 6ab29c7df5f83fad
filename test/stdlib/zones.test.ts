import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { civilFromDays, daysFromCivil, weekdayOf } from '../../src/cli/lua/stdlib/time/calendar.ts'
import { Zone } from '../../src/cli/lua/stdlib/time/zone.ts'
import { temporaryFolder } from '../helpers/lua.ts'

/** Seconds since 1970 of a time in UTC. */
const at = (text: string) => Date.parse(`${text}Z`) / 1000

function shown(zone: Zone, text: string): string {
  const { offset, dst, name } = zone.at(at(text))
  return `${name} ${offset}${dst ? ' dst' : ''}`
}

/** A zone file (RFC 8536), of version 1 or 2, with a footer for what comes after the last change. */
function zoneFile(
  version: 1 | 2,
  types: { offset: number; dst: boolean; name: string }[],
  changes: [string, number][],
  footer = '',
): Buffer {
  const names = `${types.map((type) => type.name).join('\0')}\0`
  const block = (width: number, empty: boolean) => {
    const header = Buffer.alloc(44)
    header.write('TZif')
    if (version === 2) header.write('2', 4)
    const counts = empty ? [0, 0, 0, 0, 1, 1] : [0, 0, 0, changes.length, types.length, names.length]
    for (const [i, count] of counts.entries()) header.writeUInt32BE(count, 20 + i * 4)
    if (empty) return Buffer.concat([header, Buffer.alloc(7)])
    const times = Buffer.alloc(changes.length * width)
    for (const [i, [time]] of changes.entries()) {
      if (width === 8) times.writeBigInt64BE(BigInt(at(time)), i * 8)
      else times.writeInt32BE(at(time), i * 4)
    }
    const infos = types.map((type) => {
      const info = Buffer.alloc(6)
      info.writeInt32BE(type.offset)
      info[4] = type.dst ? 1 : 0
      info[5] = names.indexOf(type.name)
      return info
    })
    return Buffer.concat([
      header,
      times,
      Buffer.from(changes.map(([, type]) => type)),
      ...infos,
      Buffer.from(names),
    ])
  }
  if (version === 1) return block(4, false)
  return Buffer.concat([block(4, true), block(8, false), Buffer.from(`\n${footer}\n`)])
}

test('rules of the TZ variable', () => {
  const cases: [string, string, string][] = [
    ['UTC0', '2024-07-01T00:00:00', 'UTC 0'],
    ['EST5EDT', '2024-03-10T06:59:59', 'EST -18000'],
    ['EST5EDT', '2024-03-10T07:00:00', 'EDT -14400 dst'],
    ['EST5EDT', '2024-11-03T05:59:59', 'EDT -14400 dst'],
    ['EST5EDT', '2024-11-03T06:00:00', 'EST -18000'],
    [':CET-1CEST,M3.5.0,M10.5.0/3', '2024-03-31T00:59:59', 'CET 3600'],
    ['CET-1CEST,M3.5.0,M10.5.0/3', '2024-03-31T01:00:00', 'CEST 7200 dst'],
    ['CET-1CEST,M3.5.0,M10.5.0/3', '2024-10-27T00:59:59', 'CEST 7200 dst'],
    ['CET-1CEST,M3.5.0,M10.5.0/3', '2024-10-27T01:00:00', 'CET 3600'],
    // The south: daylight saving runs over the turn of the year.
    ['AEST-10AEDT,M10.1.0,M4.1.0/3', '2024-01-01T00:00:00', 'AEDT 39600 dst'],
    ['AEST-10AEDT,M10.1.0,M4.1.0/3', '2024-07-01T00:00:00', 'AEST 36000'],
    ['<+03>-3', '2024-07-01T00:00:00', '+03 10800'],
    ['XYZ-3:30:15', '2024-07-01T00:00:00', 'XYZ 12615'],
    // Negative daylight saving, hours past a day, and the two ways of counting days.
    ['IST-1GMT0,M10.5.0,M3.5.0/1', '2024-01-01T00:00:00', 'GMT 0 dst'],
    ['<-02>2<-01>,M3.5.0/-1,M10.5.0/0', '2024-03-31T01:00:00', '-01 -3600 dst'],
    ['AAA0BBB,J60/0,J300/0', '2024-02-29T12:00:00', 'AAA 0'],
    ['AAA0BBB,J60/0,J300/0', '2024-03-01T00:00:00', 'BBB 3600 dst'],
    ['AAA0BBB,59/0,300/0', '2024-02-29T00:00:00', 'BBB 3600 dst'],
    // What is neither a rule nor a file counts as UTC under its letters.
    ['Nowhere/City', '2024-07-01T00:00:00', 'Nowhere 0'],
    ['', '2024-07-01T00:00:00', 'UTC 0'],
  ]
  for (const [TZ, time, expected] of cases) {
    assert.equal(shown(Zone.load({ TZ, TZDIR: '/nonexistent' }), time), expected, `${TZ} at ${time}`)
  }
})

test('zone files: before, between and after their changes', async (t) => {
  const folder = await temporaryFolder(t)
  const types = [
    { offset: 3208, dst: false, name: 'LMT' },
    { offset: 3600, dst: false, name: 'CET' },
    { offset: 7200, dst: true, name: 'CEST' },
  ]
  const changes: [string, number][] = [
    ['1910-01-01T00:00:00', 1],
    ['1980-04-06T01:00:00', 2],
    ['1980-09-28T01:00:00', 1],
  ]
  await writeFile(join(folder, 'Two'), zoneFile(2, types, changes, 'CET-1CEST,M3.5.0,M10.5.0/3'))
  await writeFile(join(folder, 'Plain'), zoneFile(2, types, changes))
  await writeFile(join(folder, 'One'), zoneFile(1, types, changes))
  await writeFile(join(folder, 'broken'), 'TZif2')
  const load = (TZ: string) => Zone.load({ TZ, TZDIR: folder })
  for (const name of ['Two', 'Plain', 'One', join(folder, 'One'), ':Two']) {
    assert.equal(shown(load(name), '1900-01-01T00:00:00'), 'LMT 3208', name)
    assert.equal(shown(load(name), '1910-01-01T00:00:00'), 'CET 3600', name)
    assert.equal(shown(load(name), '1980-04-06T00:59:59'), 'CET 3600', name)
    assert.equal(shown(load(name), '1980-04-06T01:00:00'), 'CEST 7200 dst', name)
    assert.equal(shown(load(name), '1980-12-01T00:00:00'), 'CET 3600', name)
  }
  assert.equal(shown(load('Two'), '2024-07-01T00:00:00'), 'CEST 7200 dst')
  assert.equal(shown(load('Plain'), '2024-07-01T00:00:00'), 'CET 3600')
  assert.equal(shown(load('broken'), '2024-07-01T00:00:00'), 'broken 0')
})

test('wall clock times that come twice or never go by the clock used last', () => {
  const berlin = () => Zone.load({ TZ: 'CET-1CEST,M3.5.0,M10.5.0/3' })
  const day = (year: number, month: number, date: number) => daysFromCivil(year, month, date)
  const hour = 3600
  assert.equal(berlin().offsetOfWall(day(2024, 9, 27), 2 * hour, undefined), 3600)
  const summer = berlin()
  assert.equal(summer.offsetOfWall(day(2024, 6, 1), 0, undefined), 7200)
  assert.equal(summer.offsetOfWall(day(2024, 9, 27), 2 * hour, undefined), 7200)
  assert.equal(berlin().offsetOfWall(day(2024, 2, 31), 2.5 * hour, undefined), 3600)
  assert.equal(berlin().offsetOfWall(day(2024, 2, 31), 2.5 * hour, true), 7200)
  // A zone without daylight saving takes an hour for it.
  const utc = Zone.load({ TZ: '' })
  assert.equal(utc.offsetOfWall(day(2024, 0, 1), 0, true), 3600)
  assert.equal(utc.offsetOfWall(day(2024, 0, 1), 0, false), 0)
})

test('the calendar agrees with that of JavaScript over 800 years', () => {
  const first = Date.UTC(1600, 0, 1) / 86_400_000
  for (let days = first; days < first + 292_194; days += 13) {
    const date = new Date(days * 86_400_000)
    const expected = { year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate() }
    assert.deepEqual(civilFromDays(days), expected)
    assert.equal(daysFromCivil(expected.year, expected.month, expected.day), days)
    assert.equal(weekdayOf(days), date.getUTCDay())
  }
  assert.equal(daysFromCivil(2023, 14, -3), daysFromCivil(2024, 1, 26))
  assert.equal(daysFromCivil(2024, -1, 1), daysFromCivil(2023, 11, 1))
})
