import assert from 'node:assert/strict'
import { MetainfoError, parseMagnet } from '../../../src/metainfo/index.ts'
import { mutate } from '../mutate.ts'
import { mustBeOrderly, parserStage, removed } from '../parser-stage.ts'
import type { Random } from '../random.ts'
import { target } from '../target.ts'

type MagnetInput = { link: string }

/** Magnet links (BEP 9, 53) as they are pasted. */
export const magnet = target<MagnetInput>({
  name: 'magnet',
  make: (random) => ({ link: link(random) }),
  open: () =>
    parserStage<MagnetInput>(
      ({ link }) => read(link),
      async ({ link }, world) => {
        try {
          const params = { magnet_uri: link, save_path: `${world.daemon.folder}/added` }
          const { info_hash, added } = await world.client.call('torrents.add', params)
          if (added) await removed(world, info_hash)
        } catch (error) {
          mustBeOrderly(error, world.daemon)
        }
      },
    ),
})

function read(text: string): 'read' | 'refused' {
  try {
    const { infoHash } = parseMagnet(text)
    assert.ok(
      infoHash.some((hash) => hash !== null),
      'no hash',
    )
    assert.match(infoHash[0] ?? '0'.repeat(40), /^[0-9a-f]{40}$/)
    assert.match(infoHash[1] ?? '0'.repeat(64), /^[0-9a-f]{64}$/)
    return 'read'
  } catch (error) {
    assert.ok(error instanceof MetainfoError, `another error: ${error}`)
    return 'refused'
  }
}

function link(random: Random): string {
  const hex = random.bytes(20).toString('hex')
  const parts: (() => string)[] = [
    () =>
      `xt=urn:btih:${random.one([hex, hex.toUpperCase(), 'A'.repeat(32), 'a2b7'.repeat(8), hex.slice(1)])}`,
    () => `xt=urn:btmh:1220${random.bytes(32).toString('hex')}`,
    () => `dn=${encode(random)}`,
    () => `tr=${encodeURIComponent('http://127.0.0.1:1/announce')}`,
    () => `tr.${random.next(3)}=${encode(random)}`,
    () => `ws=${encodeURIComponent('http://127.0.0.1:1/')}${encode(random)}`,
    () =>
      `x.pe=${random.one(['127.0.0.1:1', '[::1]:2', 'localhost:3', '127.0.0.1:0', '127.0.0.1:99999', ':', encode(random)])}`,
    () => `so=${random.one(['0', '1,3-5', '0-99999999999', '5-1', '-', ',', '0-4294967295'])}`,
    () => `${encode(random)}=${encode(random)}`,
  ]
  const text = `magnet:?${[parts[0]!(), ...random.list(0, 6, () => random.one(parts)())].join('&')}`
  if (random.once(3)) return text
  return mutate(Buffer.from(text), random).toString(random.once(2) ? 'latin1' : 'utf8')
}

const encode = (random: Random) =>
  random.once(2) ? random.text() : random.bytes(random.next(8)).toString('hex').replace(/../g, '%$&')
