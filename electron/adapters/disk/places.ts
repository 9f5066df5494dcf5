import { isAbsolute, join } from 'node:path'

/** Where Sentinel keeps what it has. None of these directories need exist yet. */
export type Places = {
  /** Stack files and settings: what a person edits. */
  config: string
  /** Journal, timeline, kept copies: what must survive and is no cache. */
  state: string
  /** Snapshots: what somebody may want back years later. */
  data: string
  /** What may be thrown away at any time. */
  cache: string
}

/**
 * The directories of the XDG Base Directory Specification 0.8. It says that a relative
 * path in one of its variables is invalid and must be ignored.
 */
export function places(
  env: Readonly<Record<string, string | undefined>>,
  homeDirectory: string,
): Places {
  const base = (variable: string, ...fallback: string[]) => {
    const value = env[variable]
    const root = value && isAbsolute(value) ? value : join(homeDirectory, ...fallback)
    return join(root, 'odin-sentinel')
  }
  return {
    config: base('XDG_CONFIG_HOME', '.config'),
    state: base('XDG_STATE_HOME', '.local', 'state'),
    data: base('XDG_DATA_HOME', '.local', 'share'),
    cache: base('XDG_CACHE_HOME', '.cache'),
  }
}
