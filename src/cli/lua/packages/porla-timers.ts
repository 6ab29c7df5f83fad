import { readInteger, readText } from '../api/convert.ts'
import type { Api, ApiModule } from '../api/describe.ts'
import { Callback } from '../loop/callback.ts'
import { CronPattern } from './cron/pattern.ts'
import { Schedule } from './cron.ts'
import { poCancellableClass } from './porla/cancellable.ts'
import { Timer } from './timers.ts'

/** Every wait of at least a millisecond, as `timers.new` has it. */
function pushTimer(api: Api, L: number, once: boolean): number {
  const ms = api.argument(1, () => readInteger(api.lua, L, 1, 1))
  const callback = api.argument(2, () => Callback.read(api.lua, L, 2))
  api.push(L, poCancellableClass, new Timer(api, ms, callback, { once }))
  return 1
}

export const modules: readonly ApiModule[] = [
  {
    name: 'porla_timers',
    doc:
      'Calls at intervals and times, as newer versions of Porla have them; `timers` and `cron` are the older names. A ' +
      'script with one of them goes on after its last line.',
    origin: 'porla',
    classes: [poCancellableClass],
    members: [
      {
        kind: 'static',
        name: 'interval',
        signature: '(ms: integer, callback: fun()): PoCancellable',
        doc: 'Calls `callback` every `ms` milliseconds; the next interval begins when it has returned.',
        origin: 'porla',
        call: (api, L) => pushTimer(api, L, false),
      },
      {
        kind: 'static',
        name: 'timeout',
        signature: '(ms: integer, callback: fun()): PoCancellable',
        doc: 'Calls `callback` once, after `ms` milliseconds.',
        origin: 'porla',
        call: (api, L) => pushTimer(api, L, true),
      },
      {
        kind: 'static',
        name: 'cron',
        signature: '(schedule: string, callback: fun()): PoCancellable',
        doc: 'Calls `callback` at the times of a schedule, as `cron.schedule`.',
        origin: 'porla',
        call: (api, L) => {
          const pattern = api.argument(1, () => new CronPattern(readText(api.lua, L, 1)))
          const callback = api.argument(2, () => Callback.read(api.lua, L, 2))
          api.push(L, poCancellableClass, new Schedule(api, pattern, callback))
          return 1
        },
      },
    ],
  },
]
