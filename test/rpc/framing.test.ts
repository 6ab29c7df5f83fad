import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LineReader } from '../../src/rpc/framing.ts'
import { random } from './support/random.ts'

/** Feeds chunks and returns what came out; a refused line reads as null. */
function read(chunks: Iterable<Buffer>, { maxBytes = 1000, end = true } = {}): (string | null)[] {
  const lines: (string | null)[] = []
  const reader = new LineReader(maxBytes, {
    line: (bytes) => lines.push(bytes.toString('latin1')),
    tooLong: () => lines.push(null),
  })
  for (const chunk of chunks) reader.push(chunk)
  if (end) reader.end()
  return lines
}

const text = (...parts: string[]) => parts.map((part) => Buffer.from(part, 'latin1'))

const cases: [name: string, chunks: string[], lines: (string | null)[]][] = [
  ['one line', ['abc\n'], ['abc']],
  ['lines in one chunk', ['a\nb\nc\n'], ['a', 'b', 'c']],
  ['a line over several chunks', ['a', 'b', 'c\nd', '\n'], ['abc', 'd']],
  ['carriage returns', ['a\r\nb\r', '\nc\r\n'], ['a', 'b', 'c']],
  ['a carriage return inside stays', ['a\rb\n'], ['a\rb']],
  ['empty lines are no lines', ['\n\r\n\na\n\n'], ['a']],
  ['a last line without a newline', ['a\nb'], ['a', 'b']],
  ['nothing', [], []],
]

for (const [name, chunks, lines] of cases) {
  test(`framing: ${name}`, () => assert.deepEqual(read(text(...chunks)), lines))
}

test('framing: half a line waits for its rest', () => {
  assert.deepEqual(read(text('a\nhal'), { end: false }), ['a'])
})

test('framing: a line may be as long as the limit, and no longer', () => {
  const full = 'x'.repeat(10)
  assert.deepEqual(read(text(`${full}\nok\n`), { maxBytes: 10 }), [full, 'ok'])
  assert.deepEqual(read(text(`${full}x\nok\n`), { maxBytes: 10 }), [null, 'ok'])
  assert.deepEqual(read(text(full, 'x\nok\n'), { maxBytes: 10 }), [null, 'ok'])
  assert.deepEqual(read(text(full, 'x', 'yyyyyyyyyyyyyyyyy', 'z\nok'), { maxBytes: 10 }), [null, 'ok'])
})

test('framing: a line past the limit is refused as soon as it is known, once, and not kept', () => {
  const lines: string[] = []
  let refused = 0
  const reader = new LineReader(1024, {
    line: (bytes) => lines.push(bytes.toString()),
    tooLong: () => refused++,
  })
  const chunk = Buffer.alloc(512, 'x')
  for (let i = 0; i < 3; i++) reader.push(chunk)
  assert.equal(refused, 1)
  const before = process.memoryUsage().arrayBuffers
  for (let i = 0; i < 200_000; i++) reader.push(chunk)
  assert.ok(process.memoryUsage().arrayBuffers - before < 5_000_000)
  reader.push(Buffer.from('\nnext\n'))
  assert.equal(refused, 1)
  assert.deepEqual(lines, ['next'])
})

test('framing: 40 MB in chunks of 64 KiB and 2 MB in single bytes come out whole', () => {
  const size = 40_000_000
  const got: Buffer[] = []
  const reader = new LineReader(64 * 1024 * 1024, { line: (bytes) => got.push(bytes), tooLong: assert.fail })
  const chunk = Buffer.alloc(65_536, 'abcdefg')
  for (let sent = 0; sent < size; sent += chunk.length) reader.push(chunk)
  reader.push(Buffer.from('\n'))
  const one = Buffer.from('z')
  for (let i = 0; i < 2_000_000; i++) reader.push(one)
  reader.push(Buffer.from('\n'))
  assert.deepEqual(
    got.map((line) => line.length),
    [Math.ceil(size / chunk.length) * chunk.length, 2_000_000],
  )
  assert.equal(got[0]?.subarray(65_536, 65_536 * 2).equals(chunk), true)
})

test('framing: however random bytes are cut, the same lines come out', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const next = random(seed)
    const alphabet = [0x0a, 0x0d, 0x61, 0x00, 0xff]
    const bytes = Buffer.from(Array.from({ length: 400 }, () => alphabet[next(alphabet.length)]!))
    const expected = bytes
      .toString('latin1')
      .split('\n')
      .map((line) => (line.length > 20 ? null : line.replace(/\r$/, '')))
      .filter((line) => line !== '')
    const chunks: Buffer[] = []
    for (let at = 0; at < bytes.length; ) {
      const size = 1 + next(30)
      chunks.push(bytes.subarray(at, at + size))
      at += size
    }
    assert.deepEqual(read(chunks, { maxBytes: 20 }), expected, `seed ${seed}`)
  }
})
