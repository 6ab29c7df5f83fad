/** libtorrent's one other name of a setting, in its own table of names: the old word for the same field of a packet. */
export const settingAliases: Readonly<Record<string, string>> = { peer_tos: 'peer_dscp' }
