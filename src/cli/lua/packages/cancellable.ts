import type { ApiClass, MethodMember } from '../api/describe.ts'
import type { Alive } from '../loop/loop.ts'

/** The method that stops something which calls back. */
export function stopMethod<T extends Alive>(name: string, doc: string): MethodMember<T> {
  const call: MethodMember<T>['call'] = (_api, _L, self) => {
    self.stop()
    return 0
  }
  return { kind: 'method', name, signature: '()', doc, origin: 'porla', call }
}

/** The same, as timers and schedules call it. */
export const cancelMethod = stopMethod<Alive>('cancel', 'Stops it. Twice is harmless.')

/**
 * The class of what keeps calling back: a method `cancel`, and an end when nobody holds it any more. `doc` says what it
 * is, in one sentence.
 */
export function cancellable<T extends Alive>(name: string, doc: string): ApiClass<T> {
  return {
    name,
    doc: `${doc} Keep it in a variable: one that is collected as garbage stops.`,
    origin: 'porla',
    members: [cancelMethod],
    collected: (self, api) => api.host.loop.collected(self),
  }
}
