/**
 * Keys of Porla's configuration that have no meaning here, and what takes their place (config.cpp of Porla, older
 * versions too). A configuration may keep them.
 */
export const porlaKeys: Readonly<Record<string, string>> = {
  db: 'state_dir is the folder of the database',
  http: 'clients use the socket, as porla-lua call does',
  log_level: 'the variable PORLA_LUA_LOG_LEVEL',
  mediainfo: 'process.launch runs it from a script',
  plugins: 'porla-lua FILE runs a plugin',
  plugins_dir: 'porla-lua FILE runs a plugin',
  secret_key: 'the socket is private to its user',
  session_extensions: 'settings such as enable_dht and disable_pex',
  sodium_memlimit: 'there are no passwords',
  timer: 'changes are kept at once, and session_stats comes every 5 seconds',
  webhooks: 'http.client and workflows.actions.http send requests',
  workflow_dir: 'porla-lua FILE runs a workflow',
}

/**
 * Keys of Porla's configuration whose meaning is written in another way here. They are refused: who set a proxy must
 * not find out later that nothing used it.
 */
export const porlaKeysElsewhere: Readonly<Record<string, string>> = {
  listen_interfaces: 'listen_interfaces = "ADDRESS:PORT,..." in [sessions.default.settings]',
  proxy: 'proxy_type, proxy_hostname, proxy_port and the other proxy_* of [sessions.default.settings]',
  session_settings: '[sessions.default.settings]',
}

/** One sentence about those of these keys that have no meaning here; undefined when there are none. */
export function porlaKeysWarning(file: string, keys: readonly string[]): string | undefined {
  const found = keys.filter((key) => Object.hasOwn(porlaKeys, key))
  if (found.length === 0) return undefined
  const list = found.map((key) => `${key} (${porlaKeys[key]})`).join(', ')
  return `${file}: keys of Porla have no meaning here: ${list}`
}
