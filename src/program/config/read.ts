import { cosmiconfigSync, defaultLoadersSync, type LoaderSync } from 'cosmiconfig'
import { parse as parseToml } from 'smol-toml'
import { ConfigError } from '../failure.ts'

/**
 * Reads and parses one configuration file with cosmiconfig: TOML, YAML or JSON by its name. An empty file is an empty
 * configuration. Loaded only when there is a file. Throws ConfigError with the file's name and the parser's words.
 *
 * cosmiconfig's own strength, the search for a file, is switched off: locate.ts knows the places. The library is kept for
 * its loaders, by the design of the program.
 */
export function readConfigFile(file: string): unknown {
  const explorer = withoutMetaConfig(() =>
    cosmiconfigSync('porla-lua', {
      searchPlaces: [],
      searchStrategy: 'none',
      cache: false,
      loaders: {
        '.toml': dataOnly((_, content) => parseToml(content)),
        '.yaml': dataOnly(loadYaml),
        '.yml': dataOnly(loadYaml),
        '.json': dataOnly(defaultLoadersSync['.json']),
      },
    }),
  )
  try {
    const result = explorer.load(file)
    return result?.config ?? {}
  } catch (error) {
    if (error instanceof ConfigError) throw error
    // cosmiconfig's loaders put the file's name before the parser's words, once more.
    const message = (error as Error).message.replace(/^(YAML|JSON) Error in .*:\n/, '').trimEnd()
    // the parsers quote the lines around the fault, however long these are
    const short = message.replace(/^(.{200}).+$/gm, '$1...')
    throw new ConfigError(`${file}: cannot be read: ${short}`, { cause: error })
  }
}

/** js-yaml refuses a text of comments alone, the sample of a configuration that most people start with. */
const loadYaml: LoaderSync = (file, content) =>
  /^([ \t\r]*(#.*)?\n)*$/.test(`${content}\n`) ? {} : defaultLoadersSync['.yaml'](file, content)

/**
 * cosmiconfig looks for options of its own in the current folder, also in .config/config.js, and runs what it finds.
 * Neither code nor options of the folder that a script is started in may decide here, so it is shown the root folder,
 * which only the administrator can write to.
 */
function withoutMetaConfig<T>(create: () => T): T {
  const { cwd } = process
  process.cwd = () => '/'
  try {
    return create()
  } finally {
    process.cwd = cwd
  }
}

/** Turns off cosmiconfig's `$import`, which would read further files before anything was checked. */
function dataOnly(load: LoaderSync): LoaderSync {
  return (file, content) => {
    const data = load(file, content)
    if (typeof data === 'object' && data !== null && '$import' in data) {
      throw new ConfigError(`${file}: $import is not known; a configuration is one file`)
    }
    return data
  }
}
