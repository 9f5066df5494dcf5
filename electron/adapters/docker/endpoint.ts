export const defaultEndpoint = 'unix:///var/run/docker.sock'

/** A password in an endpoint helps nobody (the CLI refuses it for ssh, drops it for tcp). */
export const withoutPassword = (endpoint: string): string =>
  endpoint.replace(/^([a-z+]*:\/\/)?([^/@:]*):[^/]*@/i, '$1$2:***@')

/**
 * The endpoint as the docker CLI understands it: `localhost:2375` is `tcp://localhost:2375`.
 * Two spellings of one place become one. Throws a sentence when it is no endpoint at all.
 */
export function normaliseEndpoint(said: string, tls: boolean): string {
  const text = said.trim()
  const [, scheme = 'tcp', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/is.exec(text) ?? []
  switch (scheme.toLowerCase()) {
    case 'unix':
      return rest === '' ? defaultEndpoint : `unix://${rest}`
    case 'ssh':
      return `ssh://${withoutPassword(`ssh://${rest}`).slice('ssh://'.length)}`
    case 'npipe':
    case 'fd':
      return text
    case 'tcp':
    case 'http':
    case 'https': {
      const url = urlOf(`http://${rest === '' ? 'localhost' : rest.replace(/^:/, 'localhost:')}`)
      if (url === undefined) break
      // Port 80 is what URL leaves out of "http://".
      const port = url.port || (/:80(\/|$)/.test(rest) ? '80' : tls ? '2376' : '2375')
      return `tcp://${url.hostname}:${port}`
    }
  }
  throw new Error(`"${withoutPassword(text)}" is not an address of a Docker engine.`)
}

export function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}
