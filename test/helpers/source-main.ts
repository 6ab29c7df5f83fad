/** Starts `porla-lua` from its sources, so that no build can be older than what is tested. */
import { main } from '../../src/cli/main.ts'

process.exitCode = await main(process.argv.slice(2))
