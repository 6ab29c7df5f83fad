import { fileURLToPath } from 'node:url'

/** True when the program runs from its TypeScript sources and not from a bundle in dist/. */
const fromSource = import.meta.url.endsWith('.ts')

/** What `porla-lua` on the PATH leads to: how the program starts itself as another process. */
export const launcher = fileURLToPath(
  new URL(fromSource ? '../../bin/porla-lua.js' : '../bin/porla-lua.js', import.meta.url),
)

/** The daemon's module. It is never imported by name, so that neither bundle nor start of the CLI contain it. */
export const daemonModule = new URL(fromSource ? '../daemon/main.ts' : './daemon.js', import.meta.url)

/** The start of the thread that runs the VM when a person types. */
export const vmThread = new URL(fromSource ? './repl/vm-thread.ts' : './vm-thread.js', import.meta.url)

/** The typings for editors, made by `npm run generate`. */
export const typesFolder = new URL(fromSource ? '../../types/' : '../types/', import.meta.url)
