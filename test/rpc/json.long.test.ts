import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { Turns } from '../../src/program/turns.ts'
import { parseLong } from '../../src/rpc/json.ts'
import { random } from './support/random.ts'

const long = (text: string) => parseLong(Buffer.from(text), new Turns())

/** JSON text of some 300 KB, so that it is put together of parts: lists, objects and texts, long and short. */
function randomText(next: (below: number) => number): string {
  const blank = () => ['', '', ' ', '\n\t'][next(4)]
  const short = () =>
    ['1', '-2.5e3', 'true', 'null', '[]', '{}', '"a\\"b,]"', '{"k":[1,{"k":2}]}', '"ü😀"', '[[[ ]]]'][
      next(10)
    ]
  const textOf = (chars: number) => {
    const bits = ['plain ', '\\\\', '\\"', '\\u00fc', 'ü', '😀', '\\ud83d\\ude00', '],[', '{\\"', '\\n']
    let text = ''
    while (text.length < chars) text += bits[next(bits.length)]
    return `"${text}"`
  }
  const value = (depth: number): string => {
    const kind = depth > 3 ? 0 : next(8)
    if (kind < 4) return short()!
    if (kind === 4) return textOf(next(2) === 0 ? next(2000) : 20_000)
    const count = [0, 1, 3, 400, 4000][next(depth === 0 ? 5 : 4)]!
    const members = Array.from({ length: count }, () =>
      count > 10 && next(40) > 0 ? short() : value(depth + 1),
    )
    if (kind < 7) return `[${members.map((one) => `${blank()}${one}${blank()}`).join(',')}]`
    const names = ['"__proto__"', '"constructor"', '"k"', '"1"']
    const name = () => (next(10) === 0 ? names[next(4)] : `"name ${next(5000)}"`)
    return `{${members.map((one) => `${blank()}${name()}${blank()}:${blank()}${one}${blank()}`).join(',')}}`
  }
  const parts = Array.from({ length: 6 }, () => value(0))
  parts.push(textOf(1_100_000), textOf(3_000_000), value(0))
  const text = next(2) === 0 ? `[${parts}]` : `{${parts.map((one, i) => `"${i}":${one}`)}}`
  return `${blank()}${text}${blank()}`
}

test('json: a long line means what JSON.parse says, and is refused when JSON.parse refuses it', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const next = random(seed)
    const text = randomText(next)
    assert.ok(isDeepStrictEqual(await long(text), JSON.parse(text)), `seed ${seed}`)
    for (let i = 0; i < 6; i++) {
      const at = next(text.length)
      const noise = [',', ']', '}', '[', '{', '"', ':', '1', '\\', ''][next(10)]
      // by way of bytes, since the cut may go through a character
      const changed = Buffer.from(text.slice(0, at) + noise + text.slice(at + next(2))).toString()
      let expected: unknown
      try {
        expected = JSON.parse(changed)
      } catch {
        await assert.rejects(long(changed), /the line is not JSON/, `seed ${seed}.${i}`)
        continue
      }
      assert.ok(isDeepStrictEqual(await long(changed), expected), `seed ${seed}.${i}`)
    }
  }
})
