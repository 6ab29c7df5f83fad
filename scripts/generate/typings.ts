import type { ApiModule, ClassDescription } from '../../src/cli/lua/api/describe.ts'
import { apiClasses, apiModules } from '../../src/cli/lua/api/index.ts'
import { packageModules } from '../../src/cli/lua/packages/index.ts'
import { allRows } from '../../src/daemon/session/settings/pack.ts'
import { parseSignature } from './signature.ts'
import { wrap } from './text.ts'

type Callable = { name: string; doc: string; signature: string }

const width = 100
const head = '---@meta'
const notice = '-- Made by `npm run generate` from the tables of the API. Do not edit.'

const comment = (text: string): string[] => wrap(text, width).map((line) => `---${line}`)
const oneLine = (text: string): string => text.replaceAll('\n', ' ')

/** An identifier for a class, whose own name may have dots. */
const variable = (name: string): string => name.slice(name.lastIndexOf('.') + 1)

/** Lua's keywords cannot be names of parameters. */
const keywords = new Set([
  'end',
  'function',
  'local',
  'nil',
  'not',
  'or',
  'repeat',
  'return',
  'then',
  'until',
  'while',
])

function callable(member: Callable, definition: (parameters: string) => string): string[] {
  const { parameters, results } = parseSignature(member.signature)
  const names = parameters.map(({ name }) => (keywords.has(name) ? `${name}_` : name))
  return [
    '',
    ...comment(member.doc),
    ...parameters.map(({ optional, type }, i) => `---@param ${names[i]}${optional ? '?' : ''} ${type}`),
    ...results.map((type) => `---@return ${type}`),
    definition(names.join(', ')),
  ]
}

/** Fields of SettingsPack that libtorrent's table names. */
function settingFields(): string[] {
  return allRows.map(([name, value, , , effect]) => {
    const type = typeof value === 'number' ? 'integer' : typeof value
    return `---@field ${name} ${type}${effect === 'kept' ? ' Kept without effect.' : ''}`
  })
}

function classLines(cls: ClassDescription): string[] {
  const fields = cls.members.flatMap((member) => {
    if (member.kind !== 'property') return []
    const unit = [member.unit, member.set ? '' : 'read-only'].filter(Boolean).join(', ')
    return [`---@field ${member.name} ${member.type} ${oneLine(member.doc)}${unit && ` (${unit})`}`]
  })
  const name = variable(cls.name)
  return [
    '',
    ...comment(cls.doc),
    ...(cls.operators ?? []).flatMap((text) => ['---', ...comment(text)]),
    `---@class ${cls.name}`,
    ...fields,
    ...(cls.name === 'SettingsPack' ? settingFields() : []),
    cls.global ? `${name} = {}` : `local ${name} = {}`,
    ...cls.members.flatMap((member) => {
      if (member.kind === 'method')
        return callable(member, (list) => `function ${name}:${member.name}(${list}) end`)
      if (member.kind === 'static')
        return callable(member, (list) => `function ${name}.${member.name}(${list}) end`)
      return []
    }),
  ]
}

function moduleLines(module: ApiModule): string[] {
  const name = variable(module.name)
  const same = module.callable?.doc === module.doc
  const start = [`${head} ${module.name}`, notice, ...(same ? [] : ['', ...comment(module.doc)])]
  if (module.data)
    return [...start, `---@type ${module.data.type}`, `local ${name} = {}`, '', `return ${name}`]
  if (module.callable) {
    const lines = callable({ name, ...module.callable }, (list) => `local function ${name}(${list}) end`)
    return [...start, ...lines, '', `return ${name}`]
  }
  return [
    ...start,
    `---@class ${module.name}`,
    `local ${name} = {}`,
    ...module.members.flatMap((member) => {
      if (member.kind === 'constant') {
        return ['', ...comment(member.doc), `${name}.${member.name} = ${JSON.stringify(member.value)}`]
      }
      return callable(member, (list) => `function ${name}.${member.name}(${list}) end`)
    }),
    '',
    `return ${name}`,
  ]
}

/**
 * Typings for the Lua language server, by file name: `porla.lua` with all classes, and a file for each module, since
 * the server finds what `require` gives by the name of a file.
 */
export function typings(): Map<string, string> {
  const modules = [...apiModules, ...packageModules()]
  const classes = [...apiClasses, ...modules.flatMap((module) => module.classes ?? [])]
  const files = new Map<string, string>()
  const global = ['', '---A table for what a script wants to share between its own modules.', 'porla = {}']
  const porla = [head, notice, ...classes.flatMap(classLines), ...global]
  files.set('porla.lua', `${porla.join('\n')}\n`)
  for (const module of modules) {
    files.set(`${module.name.replaceAll('.', '/')}.lua`, `${moduleLines(module).join('\n')}\n`)
  }
  return files
}
