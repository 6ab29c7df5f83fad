import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

const folder = 'src/cli/lua/packages'
const mark = 'lua-package:'

/** One entry for each file of src/cli/lua/packages that holds packages, which `require` loads (index.ts there). */
export async function packageEntries(root) {
  const files = (await readdir(join(root, folder), { withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name !== 'index.ts')
    .map(({ name }) => name.replace(/\.ts$/, ''))
  return Object.fromEntries(files.map((name) => [`lua-${name}`, `${mark}${name}`]))
}

/**
 * An esbuild plugin for those entries. esbuild puts modules into a chunk together when the same entries reach them: a
 * dozen packages, each with its own choice of the VM's modules, would cut those into thirty files, which every start
 * has to read. So each entry reaches all that a run has loaded anyway.
 */
export function luaPackages(root) {
  return {
    name: 'lua-packages',
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${mark}`) }, ({ path }) => ({
        path: path.slice(mark.length),
        namespace: 'lua-package',
      }))
      build.onLoad({ filter: /.*/, namespace: 'lua-package' }, ({ path }) => ({
        contents: `import './src/cli/run.ts'\nexport { modules } from './${folder}/${path}.ts'\n`,
        resolveDir: root,
        loader: 'ts',
      }))
    },
  }
}
