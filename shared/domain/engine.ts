import type { Container } from './container.ts'
import type { Reading } from './reading.ts'

export const engineKinds = [
  'docker-desktop',
  'native',
  'rootless',
  'rancher-desktop',
  'colima',
  'orbstack',
  'podman',
  'unknown',
] as const

export type EngineKind = (typeof engineKinds)[number]

/** The daemon that answers, known by its `/info` ID. */
export type Engine = {
  id: string
  kind: EngineKind
  /** Host name that the engine reports. */
  name: string
  version: string
  apiVersion: string
  operatingSystem: string
  /** Whether it can hand an NVIDIA card to a container; absent when it was not asked. */
  gpuRuntime?: boolean
}

/**
 * What is seen behind one endpoint. Several contexts may point to one endpoint,
 * and several endpoints may lead to one engine: then only the first, by endpoint,
 * carries containers and the others say `sameAs`.
 */
export type EngineSight = {
  endpoint: string
  contexts: readonly string[]
  engine: Reading<Engine>
  /** Containers of the guarded compose projects, running or not. */
  containers: Reading<readonly Container[]>
  /** Endpoint of the sight that already speaks for this engine. */
  sameAs?: string
}
