import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/**
 * Installs the Debian packages that are missing; each comes with a file that proves it is there. Needs Debian and
 * root (or sudo without a password); the error says what to type otherwise.
 */
export function installPackages(packages: Record<string, string>, suite: string): void {
  const missing = Object.entries(packages)
    .filter(([name, file]) => !existsSync(file) && !isInstalled(name))
    .map(([name]) => name)
  if (missing.length === 0) return
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const steps = [
    ['apt-get', 'update', '-qq'],
    // A packaged daemon must not start by itself: the tests start their own, on 127.0.0.1.
    ['env', 'RUNLEVEL=1', 'apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...missing],
  ]
  for (const step of steps) {
    const [file, ...words] = [...prefix, ...step] as [string, ...string[]]
    const { status, stderr } = spawnSync(file, words, {
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    if (status !== 0) {
      throw new Error(
        `the ${suite} suite needs ${missing.join(', ')}; install them with: apt-get install ${missing.join(' ')}\n${stderr}`,
      )
    }
  }
}

function isInstalled(name: string): boolean {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '$' + '{db:Status-Abbrev}', name])
  return String(stdout ?? '').startsWith('ii')
}
