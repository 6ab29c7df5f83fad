import pkg from '../../package.json' with { type: 'json' }

/** Version of porla-lua, from package.json; a bundler puts it into the bundle. */
export const version: string = pkg.version
