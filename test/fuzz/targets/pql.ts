import assert from 'node:assert/strict'
import { compilePql, formatPql, PqlError, type PqlExpression, parsePql } from '../../../src/pql/index.ts'
import { randomExpression, subject } from '../../pql/random.ts'
import { mutate } from '../mutate.ts'
import { mustBeOrderly, parserStage } from '../parser-stage.ts'
import type { Random } from '../random.ts'
import { target } from '../target.ts'

type PqlInput = { query: string }

/** Queries as users and programs write them. */
export const pql = target<PqlInput>({
  name: 'PQL',
  make(random) {
    const lawful = () => formatPql(randomExpression((below) => random.next(below), 4))
    const text = random.once(2) ? lawful() : query(random, 0)
    return { query: random.once(2) ? text : mutate(Buffer.from(text), random).toString() }
  },
  open: () =>
    parserStage<PqlInput>(
      ({ query }) => read(query),
      async ({ query }, world) => {
        try {
          await world.client.call('torrents.list', { query })
        } catch (error) {
          mustBeOrderly(error, world.daemon)
        }
      },
    ),
})

function read(text: string): 'read' | 'refused' {
  let expression: PqlExpression
  try {
    expression = parsePql(text)
  } catch (error) {
    assert.ok(error instanceof PqlError, `another error: ${error}`)
    assert.ok(error.message !== '' && error.message.length < 1000)
    return 'refused'
  }
  assert.deepEqual(parsePql(formatPql(expression)), expression, 'what is written again means something else')
  const filter = compilePql(expression)
  for (const torrent of subjects) assert.equal(typeof filter(torrent, 1_800_000_000), 'boolean')
  return 'read'
}

const subjects = [subject(), subject({ category: null, tags: [], progress: 1, name: 'é"' })]

function query(random: Random, depth: number): string {
  const number = () =>
    random.one(['0', '1', '-1', '1.5', '.5', '1e9', '9'.repeat(400), '0x10', 'NaN', String(random.edge())])
  const unit = () => random.one(['', '', 's', 'm', 'kb', 'GB', 'mbps', 'x'])
  const string = () =>
    random.one([`"${random.text()}"`, '"a"', "'a'", '""', '"\\"', JSON.stringify(random.text())])
  const operator = () => random.one(['=', '!=', '<', '<=', '>', '>=', '~', 'contains', '==', 'in'])
  const field = () =>
    random.one([
      'size',
      'ratio',
      'age',
      'name',
      'category',
      'save_path',
      'progress',
      'tags',
      'is',
      'sise',
      '__proto__',
    ])
  const flag = () =>
    random.one(['is:seeding', 'is:paused', 'is:moving', 'is:', 'is:x', 'tag:x', `tag:${string()}`, 'tags:x'])
  const term = () =>
    random.one([flag, () => `${field()} ${operator()} ${random.once(2) ? number() + unit() : string()}`])()
  if (depth > 5 || random.once(3)) return term()
  if (random.once(40)) return '('.repeat(random.one([10, 1000, 50_000])) + term()
  if (random.once(40)) return `${'not '.repeat(random.one([10, 1000, 50_000]))}${term()}`
  if (random.once(40))
    return Array(random.one([100, 5000]))
      .fill(term())
      .join(' or ')
  const inner = () => query(random, depth + 1)
  return random.one([
    () => `${inner()} and ${inner()}`,
    () => `${inner()} or ${inner()}`,
    () => `not ${inner()}`,
    () => `(${inner()})`,
    () => `${inner()} ${inner()}`,
  ])()
}
