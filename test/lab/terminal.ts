import { join } from 'node:path'

/** The environment of the lab's terminal: nothing of the machine's own Docker or desktop. */
export function terminalEnvironment(
  userHome: string,
  programs: readonly string[],
): Record<string, string> {
  return {
    PATH: [...programs, process.env['PATH']].join(':'),
    HOME: userHome,
    DOCKER_CONFIG: join(userHome, '.docker'),
    XDG_CONFIG_HOME: join(userHome, '.config'),
    XDG_STATE_HOME: join(userHome, '.local/state'),
    XDG_DATA_HOME: join(userHome, '.local/share'),
    XDG_CACHE_HOME: join(userHome, '.cache'),
    LANG: 'C.UTF-8',
  }
}
