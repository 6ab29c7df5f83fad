import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isBase64 } from '../../src/rpc/base64.ts'
import { random } from './support/random.ts'

test('base64: long texts are judged as short ones are, character by character', () => {
  const pattern = /^[A-Za-z0-9+/]*={0,2}$/
  const next = random(11)
  const alphabet = 'ABCXYZabcxyz0189+/'
  const strange = ['=', '-', '_', ' ', '\n', '\0', 'ü', '€', '.', '"', '\u{1f600}']
  for (const length of [0, 1, 4096, 4097, 4098, 4099, 4100, 9001]) {
    const text = Array.from({ length }, () => alphabet[next(alphabet.length)]).join('')
    for (const end of ['', '=', '==', '===', '====', ...strange]) {
      assert.equal(isBase64(text + end), pattern.test(text + end), `${length} and ${JSON.stringify(end)}`)
    }
    for (const one of strange) {
      const at = next(length + 1)
      const changed = text.slice(0, at) + one + text.slice(at)
      assert.equal(isBase64(changed), pattern.test(changed), `${JSON.stringify(one)} at ${at} of ${length}`)
    }
  }
})
