import { readFileSync } from 'node:fs'
import { circlesOf } from '../imports/circles.ts'
import { fileGraph } from '../imports/graph.ts'
import { table } from './text.ts'

/** Folders and files that a figure shows, with arrows to what they import. */
type Graph = Map<string, Set<string>>

/** A room of the house: a folder of src, and those of its own files that its figure shows by name. */
interface Room {
  readonly folder: string
  readonly shown?: readonly string[]
  readonly draw: (room: Room) => string[]
}

const rooms: Readonly<Record<string, Room>> = {
  src: { folder: '', draw: arrows },
  daemon: { folder: 'daemon', shown: ['app.ts', 'main.ts'], draw: arrows },
  session: { folder: 'daemon/session', shown: ['session.ts', 'open.ts', 'sessions.ts'], draw: arrows },
  host: { folder: 'daemon/engine/host', draw: rows },
  lua: { folder: 'cli/lua', draw: rows },
}

/** What the files of a room that are not shown by name are called in its table. */
const otherFiles = 'files beside them'

/** The folder or shown file of a room that a file is in; undefined outside the room. */
function partOf({ folder, shown = [] }: Room, file: string): string | undefined {
  if (folder !== '' && !file.startsWith(`${folder}/`)) return undefined
  const below = folder === '' ? file : file.slice(folder.length + 1)
  if (below.startsWith('..')) return undefined // package.json
  if (below.includes('/')) return below.slice(0, below.indexOf('/'))
  return shown.includes(below) ? below : otherFiles
}

/** What the parts of a room import of each other; with `through`, also what they import by way of the other files. */
function importsIn(room: Room, through: boolean): Graph {
  const sources = fileGraph()
  const graph: Graph = new Map()
  for (const [file, targets] of sources) {
    const from = partOf(room, file)
    if (from === undefined || (through && from === otherFiles)) continue
    const to = graph.get(from) ?? new Set()
    graph.set(from, to)
    const ahead = [...targets]
    for (let target = ahead.pop(); target !== undefined; target = ahead.pop()) {
      const part = partOf(room, target)
      if (part === otherFiles) {
        if (through) ahead.push(...(sources.get(target) ?? []))
      } else if (part !== undefined && part !== from) to.add(part)
    }
  }
  return graph
}

/** Whether there is a way from one to another that is not the arrow between them. */
function leadsBeside(graph: Graph, from: string, to: string): boolean {
  const seen = new Set([from])
  const ahead = [...graph.get(from)!].filter((next) => next !== to)
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (next === to) return true
    if (seen.has(next)) continue
    seen.add(next)
    ahead.push(...(graph.get(next) ?? []))
  }
  return false
}

/** A flow chart. An arrow that others imply is left out. */
function arrows(room: Room): string[] {
  const graph = importsIn(room, true)
  const circles = circlesOf(new Map([...graph].map(([from, to]) => [from, [...to]])))
  if (circles.length > 0) throw new Error(`${room.folder} has a circle of folders: ${circles.join('; ')}`)
  const id = (name: string) => name.replace(/\W/g, '_')
  const names = [...graph.keys()].sort()
  return [
    '```mermaid',
    'flowchart TD',
    ...names.map((name) => `  ${id(name)}["${name}"]`),
    ...names.flatMap((from) =>
      [...graph.get(from)!]
        .sort()
        .filter((to) => !leadsBeside(graph, from, to))
        .map((to) => `  ${id(from)} --> ${id(to)}`),
    ),
    '```',
  ]
}

/** A table, for rooms with too many arrows to draw. */
function rows(room: Room): string[] {
  const graph = importsIn(room, false)
  const code = (name: string) => (name === otherFiles ? name : `\`${name}\``)
  const last = (name: string) => (name === otherFiles ? 1 : 0)
  return table(
    ['folder', 'imports'],
    [...graph.keys()]
      .sort((a, b) => last(a) - last(b) || (a < b ? -1 : 1))
      .map((from) => [code(from), [...graph.get(from)!].sort().map(code).join(', ')]),
  )
}

/**
 * docs/architecture.md with its figures drawn anew: each stands between `<!-- imports of NAME -->` and
 * `<!-- end of imports -->`.
 */
export function architecturePage(): string {
  const page = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8')
  return page.replace(
    /(<!-- imports of (\w+) -->\n).*?(<!-- end of imports -->)/gs,
    (_, start: string, name: string, end: string) => {
      const room = rooms[name]
      if (room === undefined) throw new Error(`docs/architecture.md asks for a figure of '${name}'`)
      return `${start}\n${room.draw(room).join('\n')}\n\n${end}`
    },
  )
}
