import type { EngineKind } from '../../../shared/domain/engine.ts'
import type { EngineAnswer, VersionAnswer } from './engine-answers.ts'

/**
 * Which product an engine is, by what it says of itself. The context's name says nothing:
 * with "Allow the default Docker socket", `default` is Docker Desktop too.
 */
export function kindOfEngine(
  info: EngineAnswer,
  version: VersionAnswer,
  endpoint: string,
): EngineKind {
  const says = (text: string) =>
    info.OperatingSystem.toLowerCase().includes(text) || info.Name.toLowerCase().includes(text)
  if (
    info.OperatingSystem === 'Docker Desktop' ||
    info.Name === 'docker-desktop' ||
    info.Labels.some((label) => label.startsWith('com.docker.desktop.')) ||
    version.Platform.Name.startsWith('Docker Desktop')
  ) {
    return 'docker-desktop'
  }
  if (version.Components.some(({ Name }) => Name.startsWith('Podman'))) return 'podman'
  if (says('rancher-desktop') || says('rancher desktop') || endpoint.includes('/.rd/')) {
    return 'rancher-desktop'
  }
  if (says('colima') || endpoint.includes('/.colima/')) return 'colima'
  if (says('orbstack') || endpoint.includes('/.orbstack/')) return 'orbstack'
  if (info.SecurityOptions.some((option) => option.startsWith('name=rootless'))) return 'rootless'
  return info.OSType === 'linux' ? 'native' : 'unknown'
}
