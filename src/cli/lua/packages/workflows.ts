import type { ApiModule, StaticMember } from '../api/describe.ts'
import { luaFunction } from './workflows/lua-functions.ts'

/** What the descriptions of triggers and actions mean by it. */
const terms =
  'A trigger is a function that gets `fire` and calls it with each torrent; it returns what has to be kept. An ' +
  'action is a function of `ctx` and `done`: `ctx.torrent` is the torrent, `ctx.actions[i]` what action i gave ' +
  '`done`. Own ones may be mixed in.'

const action = 'fun(ctx: table, done: fun(result: any))'
const trigger = 'fun(fire: fun(torrent: TorrentHandle)): any'

function member(module: string, name: string, parameters: string, result: string, doc: string): StaticMember {
  const call = luaFunction(module, name)
  const signature = result === '' ? `(${parameters})` : `(${parameters}): ${result}`
  return { kind: 'static', name, signature, doc, origin: 'porla', call }
}

/** A package that is a function. */
function callable(name: string, parameters: string, result: string, doc: string): ApiModule {
  const signature = `(${parameters}): ${result}`
  const how = { signature, doc, origin: 'porla', call: luaFunction(name) } as const
  return { name, doc, origin: 'porla', members: [], callable: how }
}

const torrentTriggers = 'workflows.triggers.torrent'
const on = (name: string, doc: string) => member(torrentTriggers, name, '', trigger, doc)

const torrentActions = 'workflows.actions.torrent'
const notify = 'workflows.actions.notify'

export const modules: readonly ApiModule[] = [
  {
    name: 'workflows',
    doc: `What is done with torrents when something happens. ${terms}`,
    origin: 'porla',
    members: [
      member(
        'workflows',
        'add',
        'workflow: {trigger: function, filter?: string|function, actions: function[]}',
        '',
        'Runs `actions` one after another for each torrent of `trigger` that `filter` lets through: a PQL text, or a ' +
          'function of `ctx` that returns a boolean. The script goes on for as long as the trigger is alive. Raises ' +
          'an error for a missing trigger or missing actions (Porla only logs it).',
      ),
    ],
  },
  {
    name: torrentTriggers,
    doc: 'Triggers of workflows: something happens to a torrent. The events are those of `events`.',
    origin: 'porla',
    members: [
      on('added', 'A torrent was added.'),
      on('finished', 'Everything wanted was downloaded, once in the life of a torrent.'),
      on('moved', 'The files of a torrent were moved.'),
      on('paused', 'A torrent was paused, by anyone.'),
      on('resumed', 'A torrent was resumed, by anyone.'),
      on(
        'removed',
        'A torrent was removed: `ctx.torrent` is a table with only `info_hash`, and a PQL filter is skipped.',
      ),
    ],
  },
  callable(
    'workflows.triggers.cron',
    'expression: string',
    trigger,
    'Trigger of workflows: once for each torrent of every session at the times of a cron expression, see `cron`.',
  ),
  callable(
    'workflows.triggers.interval',
    'milliseconds: integer',
    trigger,
    'Trigger of workflows: once for each torrent of every session every so many milliseconds.',
  ),
  callable(
    'workflows.actions.exec',
    'options: {file: string|function, args?: any[]}',
    action,
    'Action of workflows: runs a program as `process.launch`. Each value may be a function of `ctx`. Gives `exit_code`, ' +
      '`std_out` and `std_err`.',
  ),
  callable(
    'workflows.actions.http',
    'options: {url: string|function, method?: string|function, headers?: table, body?: string|function}',
    action,
    'Action of workflows: sends a request as `http.client`. Each value may be a function of `ctx`. Gives `status_code` ' +
      'and `content`.',
  ),
  callable(
    'workflows.actions.log',
    'message: string|function',
    action,
    'Action of workflows: writes a line of level info, which may be a function of `ctx`.',
  ),
  {
    name: notify,
    doc: 'Actions of workflows that tell people. Each value may be a function of `ctx`; a refusal is a warning.',
    origin: 'porla',
    members: [
      member(
        notify,
        'discord',
        'options: {url: string|function, message: string|function}',
        action,
        'Sends a message to a web hook of Discord.',
      ),
      member(
        notify,
        'ntfy',
        'options: {topic: string|function, message: string|function, server?: string}',
        action,
        'Publishes a message with ntfy, at `https://ntfy.sh` unless `server` says otherwise.',
      ),
    ],
  },
  callable(
    'workflows.actions.sleep',
    'milliseconds: integer',
    action,
    'Action of workflows: waits before the next one.',
  ),
  {
    name: torrentActions,
    doc: 'Actions of workflows on the torrent itself. Each goes on when the event that tells of it has come.',
    origin: 'porla',
    members: [
      member(
        torrentActions,
        'pause',
        '',
        action,
        'Pauses the torrent; goes on at once when it is paused already.',
      ),
      member(
        torrentActions,
        'resume',
        '',
        action,
        'Resumes the torrent; goes on at once when it is not paused.',
      ),
      member(
        torrentActions,
        'move',
        'options: {path: string|function}',
        action,
        'Moves the files. A move that fails ends the workflow for that torrent.',
      ),
      member(
        torrentActions,
        'remove',
        'options: {remove_files?: boolean}',
        action,
        'Removes the torrent, with `remove_files` its files too. The table is needed.',
      ),
    ],
  },
]
