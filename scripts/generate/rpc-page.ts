import { sessionCounterDoc } from '../../src/rpc/contract/docs/status.ts'
import { contract, type Method } from '../../src/rpc/contract/index.ts'
import { PorlaTorrent, TorrentListItem } from '../../src/rpc/contract/porla.ts'
import * as types from '../../src/rpc/contract/types.ts'
import { ErrorCode } from '../../src/rpc/errors.ts'
import { porlaMethodTable } from './porla-methods.ts'
import { table, wrap } from './text.ts'

interface Schema {
  type?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  items?: Schema | Schema[]
  properties?: Record<string, Schema>
  patternProperties?: Record<string, Schema>
  required?: string[]
  minimum?: number
  maximum?: number
  description?: string
}

const width = 118
const paragraph = (text: string): string[] => [...wrap(text, width), '']

/** Types that have a section of their own, told by how they look: the tables copy them. */
const named: Readonly<Record<string, { schema: Schema; doc: string }>> = {
  InfoHash: {
    schema: types.InfoHash as Schema,
    doc: 'The v1 and the v2 info hash as lower-case hex (40 and 64 digits); null for the one a torrent lacks.',
  },
  InfoHashParam: {
    schema: types.InfoHashParam as Schema,
    doc: 'How a request names a torrent: the pair above, or one of its hashes alone as hex in either case.',
  },
  Bytes: { schema: types.Bytes64 as Schema, doc: 'Bytes as base64.' },
  FlagChanges: {
    schema: types.FlagChanges as unknown as Schema,
    doc: 'Flags to change; a name that is left out stays as it is.',
  },
  TorrentStatus: {
    schema: types.TorrentStatus as Schema,
    doc: `Everything known of a torrent at one moment; names, units and meaning are libtorrent’s. ${sessionCounterDoc}`,
  },
  PorlaTorrent: {
    schema: PorlaTorrent as Schema,
    doc: 'A torrent as Porla lists it.',
  },
}
const names = new Map(Object.entries(named).map(([name, { schema }]) => [shape(schema), name]))
const listItem = shape(TorrentListItem as Schema)

/** A schema without its descriptions. */
function shape(schema: Schema): string {
  return JSON.stringify(schema, (key, value) => (key === 'description' ? undefined : value))
}

function typeOf(schema: Schema): string {
  const name = names.get(shape(schema))
  if (name) return `[${name}](#${name.toLowerCase()})`
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.enum) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ')
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ')
  if (Array.isArray(schema.items)) return `[${schema.items.map(typeOf).join(', ')}]`
  if (schema.items) return `list of ${typeOf(schema.items)}`
  if (schema.patternProperties)
    return `object of ${Object.values(schema.patternProperties).map(typeOf).join(' or ')}`
  if (schema.properties) {
    if (shape(schema) === listItem)
      return "some fields of [TorrentStatus](#torrentstatus), or in Porla's way [PorlaTorrent](#porlatorrent)"
    const fields = Object.entries(schema.properties).map(
      ([key, value]) => `${key}${schema.required?.includes(key) ? '' : '?'}: ${typeOf(value)}`,
    )
    return `{${fields.join(', ')}}`
  }
  return `${schema.type ?? 'any value'}${range(schema)}`
}

/** `0..7`, `from 0`; nothing for the bounds that every number has. */
function range({ minimum, maximum }: Schema): string {
  const bounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
  if (minimum !== undefined && bounded) return ` ${minimum}..${maximum}`
  if (minimum !== undefined) return ` from ${minimum}`
  return bounded ? ` to ${maximum}` : ''
}

function fieldTable(schema: Schema, head: string): string[] {
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => [
    `\`${name}\``,
    typeOf(field),
    schema.required?.includes(name) ? '' : 'may be left out',
    field.description ?? '',
  ])
  return [...table([head, 'Type', '', 'Meaning'], rows), '']
}

function methodLines(name: Method): string[] {
  const { params, result, changes, doc } = contract[name]
  const parameters = params as Schema
  const answer = result as Schema
  const lines = [
    `### ${name}`,
    '',
    ...paragraph(`${doc} ${changes ? '**Changes** what the daemon keeps.' : ''}`.trim()),
  ]
  if (Object.keys(parameters.properties ?? {}).length > 0) lines.push(...fieldTable(parameters, 'Parameter'))
  else lines.push('No parameters.', '')
  if (answer.properties && !names.has(shape(answer))) lines.push(...fieldTable(answer, 'Result'))
  else if (answer.type === 'null') lines.push('Result: null.', '')
  else lines.push(`Result: ${typeOf(answer)}.`, '')
  return lines
}

function typeLines(name: string): string[] {
  const { schema, doc } = named[name]!
  const lines = [`### ${name}`, '', ...paragraph(doc)]
  if (schema.properties) return [...lines, ...fieldTable(schema, 'Field')]
  return lines
}

const introduction = `# The daemon's protocol

<!-- Made by \`npm run generate\` from src/rpc/contract. Do not edit. -->

JSON-RPC 2.0 over a Unix socket, one compact JSON value a line. Parameters are named; a field that is not listed here is
refused. \`porla-lua call METHOD [PARAMS]\` does one call from a shell; \`porla-lua call hello\` says versions and methods.
A client begins with \`hello\`.

\`\`\`
> {"jsonrpc":"2.0","id":1,"method":"torrents.find","params":{"session":"default","info_hash":"${'12'.repeat(20)}"}}
< {"jsonrpc":"2.0","id":1,"result":{"session":null,"info_hash":null}}
\`\`\`

A torrent is named by \`info_hash\`, and by \`session\` where several have it. null is the same as leaving a parameter out.
Where Porla has a method of a name, its parameters are taken: [Porla's methods](#porlas-methods) says what differs.
`

/** docs/rpc.md */
export function rpcPage(): string {
  const methods = Object.keys(contract) as Method[]
  const list = methods.map((name) => [`[${name}](#${name.replaceAll('.', '')})`, contract[name].doc])
  const codes = Object.entries(ErrorCode).map(([name, code]) => [String(code), name])
  const lines = [
    introduction,
    '## Methods',
    '',
    ...table(['Method', 'What it does'], list),
    '',
    ...methods.flatMap(methodLines),
    "## Porla's methods",
    '',
    ...paragraph(
      'Every method of Porla 0.41, and how it is here. Session and info hash are as there: `session` is not needed, and an ' +
        'info hash is a pair or one of its halves.',
    ),
    ...table(
      ['Method', 'Here', 'What is more, what differs, or why it is not here'],
      porlaMethodTable.map(([name, how, text]) => [
        how === 'not here' ? name : `[${name}](#${name.replaceAll('.', '')})`,
        how,
        text,
      ]),
    ),
    '',
    '## Types',
    '',
    ...Object.keys(named).flatMap(typeLines),
    '## Error codes',
    '',
    ...paragraph(
      'A number never gets another meaning. Those from 100 on are made by the client, where there is no daemon to ask. ' +
        'The error of an answer has `code`, `message` (a sentence), and often `data` with details such as `path`, the ' +
        'parameter that is meant.',
    ),
    ...table(['Code', 'Name'], codes),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}
