import { dirname, join, sep } from 'node:path'

/**
 * An esbuild plugin that puts the modules of src/daemon/engine/natives in the place of those that need a native
 * package, so that the engine host runs without them.
 */
export function optionalNatives(root) {
  const folder = join(root, 'src/daemon/engine/natives')
  const standIn = (path) => ({ path: join(folder, path) })
  return {
    name: 'optional-natives',
    setup(build) {
      build.onResolve({ filter: /^node-datachannel$/ }, () => standIn('node-datachannel.ts'))
      build.onResolve({ filter: /^webrtc-polyfill$/ }, ({ importer }) =>
        dirname(importer) === folder ? undefined : standIn('webrtc-polyfill.ts'),
      )
      build.onResolve({ filter: /\/utp\.cjs$/ }, ({ importer }) =>
        importer.includes(`${sep}webtorrent${sep}`) ? standIn('utp-native.ts') : undefined,
      )
    },
  }
}
