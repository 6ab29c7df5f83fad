// The same scenarios on porla-lua, by Lua scripts, and on libtorrent, in the same run: everything a script can read has
// to be the same, except for the rows of differences.ts. ORACLE_ONLY=TEXT runs the scenarios whose name contains it.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { installPackages } from '../helpers/debian.ts'
import { differences } from './differences.ts'
import type { Comparison } from './meeting.ts'
import { line, report } from './report.ts'
import { runScenario } from './scenario.ts'
import { scenarios } from './scenarios/index.ts'

const only = process.env.ORACLE_ONLY || undefined
const chosen = scenarios.filter(({ name }) => only === undefined || name.includes(only))

describe('oracle', { concurrency: 3 }, () => {
  const comparisons: Comparison[] = []
  before(() =>
    installPackages({ 'python3-libtorrent': '/usr/lib/python3/dist-packages/libtorrent' }, 'oracle'),
  )

  for (const scenario of chosen) {
    it(scenario.name, { timeout: 120_000 }, async (t) => {
      const comparison = await runScenario(t, scenario)
      comparisons.push(comparison)
      const wrong = comparison.differences.filter(({ allowed }) => !allowed)
      assert.ok(comparison.compared > 0, 'nothing was compared')
      assert.ok(wrong.length === 0, `${wrong.length} differences\n${wrong.map(line).join('\n')}`)
    })
  }

  after(() => {
    comparisons.sort((a, b) => (a.scenario < b.scenario ? -1 : 1))
    console.log(report(comparisons))
    // A row that allows nothing would allow something one day.
    const used = new Set(comparisons.flatMap(({ differences }) => differences.map(({ allowed }) => allowed)))
    const unused = differences.filter((row) => !used.has(row))
    if (only === undefined && comparisons.length === chosen.length) {
      assert.deepEqual(unused, [], 'rows of differences.ts that nothing used')
    }
  })
})
