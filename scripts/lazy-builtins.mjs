import { builtinModules, createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/**
 * An esbuild plugin that makes Node's own modules load at their first use. `import ... from 'node:fs'` in an ES
 * module reads every property of it, which loads streams and promises too: 4 ms of a start that has 25 to spend.
 * node:crypto and node:child_process are another 6, and few scripts need them.
 *
 * The module given to the bundle is empty, but its prototype looks names up in the real one. esbuild's `__toESM`
 * takes over the prototype, so that both `import fs` and `import { readFileSync }` get there. Modules that are more
 * than a set of functions, such as a class or `process`, are given as they are.
 */
export function lazyBuiltins() {
  const names = new Set(builtinModules)
  return {
    name: 'lazy-builtins',
    setup(build) {
      build.onResolve({ filter: /^[a-z_:/]+$/ }, ({ path }) => {
        const name = path.replace(/^node:/, '')
        if (path.startsWith('node:') || names.has(name)) return { path: name, namespace: 'lazy-builtin' }
        return undefined
      })
      build.onLoad({ filter: /.*/, namespace: 'lazy-builtin' }, ({ path }) => ({
        contents: isPlain(path) ? lazy(path) : `module.exports = process.getBuiltinModule('node:${path}')`,
        loader: 'js',
      }))
    },
  }
}

function isPlain(name) {
  return name !== 'process' && typeof require(`node:${name}`) === 'object'
}

function lazy(name) {
  return `
    let real
    module.exports = Object.create(new Proxy({}, {
      get(_, key) {
        if (key === '__esModule') return undefined
        real ??= process.getBuiltinModule('node:${name}')
        return real[key]
      },
    }))`
}
