import { installPackages } from '../helpers/debian.ts'

/** Python that sees Debian's modules; another `python3` may come first on the PATH. */
export const python = '/usr/bin/python3'

/** Installs the clients that the suite talks to. */
export function installPeers(): void {
  installPackages(
    {
      'transmission-daemon': '/usr/bin/transmission-daemon',
      aria2: '/usr/bin/aria2c',
      'python3-libtorrent': '/usr/lib/python3/dist-packages/libtorrent',
      'qbittorrent-nox': '/usr/bin/qbittorrent-nox',
    },
    'interop',
  )
}
