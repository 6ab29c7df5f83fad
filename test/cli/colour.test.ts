import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ColourChoice, wantsColour } from '../../src/cli/commands/colour.ts'

test('--color, then FORCE_COLOR, then NO_COLOR, then the terminal', () => {
  const cases: [choice: ColourChoice, env: NodeJS.ProcessEnv, isTerminal: boolean, wanted: boolean][] = [
    ['auto', {}, true, true],
    ['auto', {}, false, false],
    ['auto', { TERM: 'dumb' }, true, false],
    ['auto', { NO_COLOR: '1' }, true, false],
    ['auto', { NO_COLOR: '' }, true, true],
    ['auto', { FORCE_COLOR: '1' }, false, true],
    ['auto', { FORCE_COLOR: '' }, false, true],
    ['auto', { FORCE_COLOR: '0' }, true, false],
    ['auto', { FORCE_COLOR: 'false' }, true, false],
    ['auto', { FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
    ['always', { NO_COLOR: '1' }, false, true],
    ['never', { FORCE_COLOR: '1' }, true, false],
  ]
  for (const [choice, env, isTerminal, wanted] of cases) {
    assert.equal(wantsColour(choice, { env, isTerminal }), wanted, JSON.stringify([choice, env, isTerminal]))
  }
})
