/** A value of a setting, as libtorrent's three kinds have it; numbers are whole. */
export type SettingValue = boolean | number | string

/** Settings by their names. */
export type Settings = Record<string, SettingValue>

/** One `[sessions.NAME]`. */
export interface SessionConfig {
  /** First values of settings; what a script applies comes on top. */
  settings: Settings
}

/** One `[presets.NAME]`; the keys are Porla's, all optional. Limits are bytes/s and counts. */
export interface Preset {
  category?: string
  download_limit?: number
  max_connections?: number
  max_uploads?: number
  /** Absolute. */
  save_path?: string
  session?: string
  storage_mode?: 'sparse' | 'allocate'
  tags?: string[]
  upload_limit?: number
  $hidden?: boolean
}

/** A configuration that was checked. Paths are absolute. */
export interface LoadedConfig {
  /** The file it came from, null when there is none. */
  file: string | null
  socket?: string
  stateDir?: string
  /** By name, in the file's order; `default` is always there. */
  sessions: Map<string, SessionConfig>
  presets: Map<string, Preset>
  /** One sentence about keys that were accepted without effect. */
  warning?: string
}

/** Says what is wrong with a setting, in a sentence that names it; null when it may be set so. */
export type CheckSetting = (name: string, value: unknown) => string | null
