import { Chalk, type ChalkInstance } from 'chalk'

/** Values of `--color`. */
export const colourChoices = ['auto', 'always', 'never'] as const
export type ColourChoice = (typeof colourChoices)[number]

/** What the decision depends on; a parameter so that tests can vary it. */
export interface ColourSurroundings {
  env: NodeJS.ProcessEnv
  isTerminal: boolean
}

/**
 * Whether a stream gets colours: `--color`, else FORCE_COLOR, else NO_COLOR (https://no-color.org), else whether it
 * is a terminal that is not dumb.
 */
export function wantsColour(choice: ColourChoice, { env, isTerminal }: ColourSurroundings): boolean {
  if (choice !== 'auto') return choice === 'always'
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  if (env.NO_COLOR) return false
  return isTerminal && env.TERM !== 'dumb'
}

/** Colours for one stream, decided for it alone: stdout may be a file while stderr is a terminal. */
export function coloursFor(
  stream: NodeJS.WriteStream,
  choice: ColourChoice,
): { colours: ChalkInstance; enabled: boolean } {
  const enabled = wantsColour(choice, { env: process.env, isTerminal: stream.isTTY === true })
  return { colours: new Chalk({ level: enabled ? 1 : 0 }), enabled }
}
