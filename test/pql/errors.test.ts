import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxNesting, PqlError, parsePql } from '../../src/pql/index.ts'

function errorOf(text: string): PqlError {
  try {
    parsePql(text)
  } catch (error) {
    assert.ok(error instanceof PqlError, `${text}: ${error}`)
    return error
  }
  assert.fail(`${JSON.stringify(text)} parses`)
}

const endsIn = 'the end of the text'
const condition = "such as 'is:paused' or 'size > 1gb'"

/** Text with a ^ before the place of the error, then the whole message. */
const cases: [marked: string, message: string][] = [
  ['^', `expected a condition, found ${endsIn} at column 1: ${condition}`],
  ['  ^', `expected a condition, found ${endsIn} at column 3: ${condition}`],
  ['is:paused and^', `expected a condition, found ${endsIn} at column 14: ${condition}`],
  ['^and is:paused', `expected a condition, found 'and' at column 1: ${condition}`],
  ['()'.replace(')', '^)'), `expected a condition, found ')' at column 2: ${condition}`],
  ['^5 > size', `expected a condition, found '5' at column 1: ${condition}`],
  // Names.
  ['^nmae = "a"', "unknown field 'nmae' at column 1: did you mean 'name'?"],
  ['^NAME = "a"', "unknown field 'NAME' at column 1: did you mean 'name'?"],
  ['^NOT is:paused', "unknown field 'NOT' at column 1: did you mean 'not'?"],
  ['^is :paused', "unknown field 'is' at column 1: did you mean 'is:'?"],
  ['^paused', "unknown field 'paused' at column 1: did you mean 'is:paused'?"],
  [
    '^constructor = 1',
    "unknown field 'constructor' at column 1: the fields are active_duration, age, category, download_rate, " +
      'finished_duration, name, progress, ratio, save_path, seeding_duration, size, tags, upload_rate',
  ],
  ['is:^Paused', "unknown flag 'Paused' at column 4: did you mean 'paused'?"],
  [
    'is:^constructor',
    "unknown flag 'constructor' at column 4: the flags are downloading, finished, moving, paused, seeding",
  ],
  ['is:^', `expected a flag after 'is:', found ${endsIn} at column 4`],
  ['is:^"paused"', `expected a flag after 'is:', found '"paused"' at column 4`],
  ['size > 1^GB', "unknown unit 'GB' at column 9: did you mean 'gb'?"],
  ['size > 1^k', "unknown unit 'k' at column 9: did you mean 'kb'?"],
  ['size > 1^M', "unknown unit 'M' at column 9: did you mean 'mb'?"],
  ['size > 1 ^kib', "unknown unit 'kib' at column 10: did you mean 'kb'?"],
  ['size > 1 ^AND is:paused', "unknown unit 'AND' at column 10: did you mean 'and'?"],
  [
    'size > 1^e5',
    "unknown unit 'e' at column 9: the units are s, m, h, d, w, b, kb, mb, gb, tb, pb, bps, kbps, mbps, gbps",
  ],
  ['progress > 50^gb', "'progress' takes no unit at column 14: it goes from 0 to 1"],
  // Operators.
  ['name^', `expected an operator after 'name', found ${endsIn} at column 5: = != > >= < <= contains`],
  ['name ^like "x"', "expected an operator after 'name', found 'like' at column 6: = != > >= < <= contains"],
  [
    'name ^CONTAINS "x"',
    "expected an operator after 'name', found 'CONTAINS' at column 6: did you mean 'contains'?",
  ],
  ['category ^contains "x"', "'category' does not take 'contains' at column 10: use = != > >= < <="],
  ['size ^contains 5', "'size' does not take 'contains' at column 6: use = != > >= < <="],
  ['tags ^= "x"', `'tags' does not take '=' at column 6: write 'tags contains "..."'`],
  ['tags ^!= "x"', `'tags' does not take '!=' at column 6: write 'tags contains "..."' with 'not' before it`],
  ['name ^== "a"', "unexpected '==' at column 6: write '='"],
  ['name ^<> "a"', "unexpected '<>' at column 6: write '!='"],
  ['is:paused ^&& is:moving', "unexpected '&' at column 11: write 'and'"],
  ['is:paused ^| is:moving', "unexpected '|' at column 11: write 'or'"],
  ['^!is:paused', "unexpected '!' at column 1: write 'not'"],
  // Values.
  ['size > ^"1"', `expected a number for 'size', found '"1"' at column 8`],
  ['size > ^', `expected a number for 'size', found ${endsIn} at column 8`],
  ['name = ^5', "expected a string in double quotes for 'name', found '5' at column 8"],
  ['name = ^foo', `expected a string in double quotes for 'name', found 'foo' at column 8: write "foo"`],
  ['tags contains ^5', "expected a string in double quotes for 'tags', found '5' at column 15"],
  ["name = ^'a'", `unexpected ''' at column 8: strings stand in double quotes (")`],
  ['name = ^“a”', `unexpected '“' at column 8: strings stand in straight double quotes (")`],
  ['name = ^"a', 'no double quote ends the string at column 8'],
  [
    'name = ^"a\\"',
    'no double quote ends the string at column 8: \\" is a quote inside the string; to end in a backslash write \\\\"',
  ],
  ['name = ^"\ud83d"', 'half a character in the string at column 8'],
  ['ratio > ^.5', "unexpected '.' at column 9: a number starts with a digit, such as '0.5'"],
  ['ratio > 1.^', "expected a digit after '.' at column 11"],
  ['ratio > -^ 1', "expected a digit after '-' at column 10"],
  ['ratio > 1.5^.5', "unexpected '.' at column 12: a number starts with a digit, such as '0.5'"],
  [`size > ^1${'0'.repeat(309)}`, 'the number is too large at column 8'],
  [`size > ^1${'0'.repeat(300)}pb`, 'the number is too large at column 8'],
  // Characters.
  ['name^$ = "a"', "unexpected '$' at column 5"],
  ['^😀', "unexpected '😀' at column 1"],
  ['name^\u00a0= "a"', 'unexpected U+00A0 at column 5'],
  ['^\ufeffis:paused', 'unexpected U+FEFF at column 1'],
  ['is:paused^\0', 'unexpected U+0000 at column 10'],
  // Parentheses and what follows.
  ['(is:paused^', `expected 'and', 'or' or ')', found ${endsIn} at column 11: the '(' is at column 1`],
  [
    '(is:paused ^name = "x")',
    "expected 'and', 'or' or ')', found 'name' at column 12: the '(' is at column 1",
  ],
  ['is:paused^)', "there is no '(' for the ')' at column 10"],
  ['name = "a" ^garbage', "expected 'and', 'or' or the end, found 'garbage' at column 12"],
  [
    'name = "a" ^AND is:paused',
    "expected 'and', 'or' or the end, found 'AND' at column 12: did you mean 'and'?",
  ],
  ['size > 1 ^not is:paused', "expected 'and', 'or' or the end, found 'not' at column 10"],
  ['size > 1 gb ^gb', "expected 'and', 'or' or the end, found 'gb' at column 13"],
  // Lines and characters.
  ['is:paused\nand ^nmae = "a"', "unknown field 'nmae' at line 2, column 5: did you mean 'name'?"],
  ['name = "ü😀"\r\n or name = "😀" ^x', "expected 'and', 'or' or the end, found 'x' at line 2, column 16"],
]

for (const [marked, message] of cases)
  test(`${JSON.stringify(marked.slice(0, 60))}: ${message.slice(0, 80)}`, () => {
    const offset = marked.indexOf('^')
    const text = marked.replace('^', '')
    const error = errorOf(text)
    assert.equal(error.message, message)
    assert.equal(error.offset, offset)
    const lines = text.slice(0, offset).split('\n')
    assert.equal(error.line, lines.length)
    assert.equal(error.column, [...lines.at(-1)!].length + 1)
    assert.doesNotMatch(error.message, /[\p{Cc}\p{Cs}]/u)
  })

test('the excerpt shows the line with a caret under the place', () => {
  assert.equal(errorOf('is:paused and\n\tnmae = "a" or\nis:moving').excerpt, ' nmae = "a" or\n ^')
  assert.equal(errorOf('name = "ü😀" x\r\n').excerpt, 'name = "ü😀" x\n            ^')
  assert.equal(errorOf('is:paused or').excerpt, 'is:paused or\n            ^')
  assert.equal(errorOf('\x1b[31m').excerpt, '\ufffd[31m\n^')
})

test('a long line is shown in part, a long word too', () => {
  const long = errorOf(`name = "${'x'.repeat(500)}" garbage ${'y'.repeat(500)}`)
  const [line, caret] = long.excerpt.split('\n') as [string, string]
  assert.ok(line.length < 110, line)
  assert.ok(line.startsWith('...xxx') && line.endsWith('yyy...'), line)
  assert.ok(line.slice(caret.length - 1).startsWith('garbage'))
  assert.ok(errorOf('x'.repeat(100_000)).message.length < 300)
  assert.ok(errorOf(`size > "${'x'.repeat(100_000)}"`).message.length < 300)
})

test('a line break in a quoted piece does not break the message', () => {
  assert.equal(
    errorOf('size > "a\nb"').message,
    `expected a number for 'size', found '"a b"' at line 1, column 8`,
  )
})

test('nesting is bounded, at the place where it goes too far', () => {
  const groups = (depth: number) => `${'('.repeat(depth)}is:paused${')'.repeat(depth)}`
  assert.equal(parsePql(groups(maxNesting)).kind, 'flag')
  assert.equal(parsePql(`${'not '.repeat(maxNesting)}is:paused`).kind, 'not')
  assert.equal(parsePql(Array(1000).fill(groups(maxNesting)).join(' and ')).kind, 'and')
  for (const [open, length] of [
    ['(', 1],
    ['not ', 4],
    ['not(', 2],
  ] as const) {
    const error = errorOf(`${open.repeat(maxNesting + 1)}is:paused`)
    assert.match(error.message, /^more than 200 parentheses and 'not' inside one another at column \d+$/)
    assert.ok(error.offset <= maxNesting * length)
    assert.ok(errorOf(open.repeat(250_000)) instanceof PqlError)
  }
})
