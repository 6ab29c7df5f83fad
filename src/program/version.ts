import pkg from '../../package.json' with { type: 'json' }

/** Version of porla-lua, from package.json; a bundler puts it into the bundle. */
export const version: string = pkg.version

/** Version of webtorrent that the engine is built with; package.json names no range. */
export const webtorrentVersion: string = pkg.devDependencies.webtorrent
