import type {
  ApiModule,
  ClassDescription,
  Origin,
  PropertyDescription,
} from '../../src/cli/lua/api/describe.ts'
import { apiClasses, apiModules } from '../../src/cli/lua/api/index.ts'
import { packageModules } from '../../src/cli/lua/packages/index.ts'
import { boundOf, reasonOf } from '../../src/daemon/session/settings/reasons.ts'
import { changedFlags, defaultFlags, flagsForAdding } from '../../src/daemon/session/torrent/flags.ts'
import { deprecatedRows, laterRows } from '../../src/daemon/settings/more-rows.ts'
import { settingRows } from '../../src/daemon/settings/table.ts'
import { type FlagName, flagNames } from '../../src/rpc/contract/types.ts'
import { table, wrap } from './text.ts'

type Function = { name: string; doc: string; origin: Origin; signature: string }

const width = 118
const sources: Record<Origin, string> = { seed: 'seed', porla: 'Porla', own: 'own' }
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')
const paragraph = (text: string): string[] => [...wrap(text, width), '']

const introduction = `# Lua API

<!-- Made by \`npm run generate\` from the tables of the API. Do not edit. -->

What scripts have beside Lua 5.4's own library: [classes](#classes), whose objects stand for what is in the daemon, and
[modules](#modules) for \`require\`.

* Types are written as in the annotations of the Lua language server. \`type?\` may be nil; \`name?\` may be left out.
* **Source** says where a name comes from: *seed*, Porla's \`sessions\` package as it was given; *Porla*, the rest of Porla;
  *own*, an addition of porla-lua.
* The engine honours what is here, unless a row or a sentence says that it does not. Those are the
  [flags](#flags-and-what-they-do-here) and [settings](#settings) that are kept without effect, and what is said to be
  always the same.
* A wrong argument, an unknown name and an error of the daemon raise a Lua error; where a function returns nil and a
  message instead, its text says so.
`

function functionLines(owner: string, separator: ':' | '.', member: Function): string[] {
  return [
    `#### ${owner}${separator}${member.name}`,
    '',
    '```lua',
    `${owner}${separator}${member.name}${member.signature}`,
    '```',
    '',
    ...paragraph(`${member.doc} *${sources[member.origin]}*`),
  ]
}

function propertyRow(member: PropertyDescription): string[] {
  const unit = member.unit ? `, ${member.unit}` : ''
  return [
    `\`${member.name}\``,
    `\`${member.type}\`${unit}`,
    member.set ? 'yes' : '',
    member.doc,
    sources[member.origin],
  ]
}

function classLines(cls: ClassDescription, level = '###'): string[] {
  const properties = cls.members.filter((member) => member.kind === 'property')
  const lines = [`${level} ${cls.name}`, '', ...paragraph(`${cls.doc} *${sources[cls.origin]}*`)]
  for (const text of cls.operators ?? []) lines.push(`* ${text}`)
  if (cls.operators) lines.push('')
  if (properties.length > 0) {
    lines.push(
      ...table(['Property', 'Type', 'Writable', 'Meaning', 'Source'], properties.map(propertyRow)),
      '',
    )
  }
  for (const member of cls.members) {
    if (member.kind === 'static') lines.push(...functionLines(cls.name, '.', member))
    else if (member.kind === 'method') lines.push(...functionLines(cls.name, ':', member))
  }
  return lines
}

function moduleLines(module: ApiModule): string[] {
  const name = module.name.replaceAll('.', '_')
  const load = `local ${name} = require('${module.name}')`
  const lines = [
    `### ${module.name}`,
    '',
    ...paragraph(`${module.doc} *${sources[module.origin]}*`),
    '```lua',
    load,
  ]
  if (module.data) lines.push(`-- ${module.data.type}`)
  if (module.callable) lines.push(`${name}${module.callable.signature}`)
  lines.push('```', '')
  if (module.callable && module.callable.doc !== module.doc) lines.push(...paragraph(module.callable.doc))
  const constants = module.members.filter((member) => member.kind === 'constant')
  for (const member of module.members) {
    if (member.kind === 'static') lines.push(...functionLines(module.name, '.', member))
  }
  if (constants.length > 0) {
    const rows = constants.map(({ name, value, doc, origin }) => [
      `\`${module.name}.${name}\``,
      `\`${JSON.stringify(value)}\``,
      doc,
      sources[origin],
    ])
    lines.push(...table(['Constant', 'Value', 'Meaning', 'Source'], rows), '')
  }
  for (const cls of module.classes ?? [])
    lines.push(...classLines(cls, '####').map((line) => line.replace(/^#### (.*[:.])/, '##### $1')))
  return lines
}

/** What the daemon itself answers to each flag, so that the page cannot say something else. */
function flagLines(): string[] {
  const says = (warnings: string[]) => (warnings.length === 0 ? 'honoured' : warnings.join('; '))
  const rows = flagNames.map((name: FlagName) => [
    `\`${name}\``,
    says(flagsForAdding({ [name]: true }).warnings),
    says(changedFlags(defaultFlags, { [name]: true }, () => false).warnings),
  ])
  return [
    '### Flags and what they do here',
    '',
    ...paragraph(
      'The twenty flags of libtorrent: set in `AddTorrentParams.flags`, and set later with `TorrentHandle:set_flags`.',
    ),
    ...table(['Flag', 'When a torrent is added', 'When it is set later'], rows),
    '',
  ]
}

function settingLines(): string[] {
  const kept = (name: string) => ['kept without effect', reasonOf(name)].filter(Boolean).join(': ')
  const rows = [...settingRows, ...laterRows].map(([name, value, , , effect]) => [
    `\`${name}\``,
    typeof value === 'number' ? 'integer' : typeof value,
    `\`${JSON.stringify(value)}\``,
    effect === 'works' ? ['yes', boundOf(name)].filter(Boolean).join('; ') : kept(name),
  ])
  const deprecated = deprecatedRows.map(([name]) => `\`${name}\``).join(', ')
  return [
    '### Settings',
    '',
    ...paragraph(
      'The settings of libtorrent 2.0, fields of a `SettingsPack`, with their defaults, units and meaning there. Those ' +
        'that are kept without effect can be written and read back; writing one shows a warning. `user_agent` and ' +
        '`peer_fingerprint` are porla-lua’s own and cannot be written.',
    ),
    ...table(['Setting', 'Type', 'Default', 'Honoured'], rows),
    '',
    ...paragraph(
      `Names that libtorrent keeps for old scripts read their default and can be written, without effect there as here: ${deprecated}. \`peer_tos\` is another name of \`peer_dscp\`.`,
    ),
  ]
}

/** docs/api.md */
export function apiPage(): string {
  const modules = [...apiModules, ...packageModules()]
  const links = (names: readonly string[]) => names.map((name) => `[${name}](#${anchor(name)})`).join(', ')
  const lines = [
    introduction,
    '## Classes',
    '',
    ...paragraph(`${links(apiClasses.map(({ name }) => name))}.`),
    ...apiClasses.flatMap((cls) => classLines(cls)),
    ...flagLines(),
    ...settingLines(),
    '## Modules',
    '',
    ...paragraph(`${links(modules.map(({ name }) => name))}.`),
    ...modules.flatMap(moduleLines),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}
