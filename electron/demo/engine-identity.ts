import type { SmallContainer } from './small-container.ts'

/** Who answers: what an engine says about itself, besides what it runs. */
export type EngineIdentity = {
  /** The `/info` ID, the only thing that makes an engine this engine. */
  id: string
  name: string
  operatingSystem: string
  osVersion: string
  kernelVersion: string
  serverVersion: string
  /** `/version` → Platform.Name; empty on a plain engine. */
  platform: string
  labels: readonly string[]
  httpProxy: string
}

export const apiVersion = '1.45'
export const oldestApiVersion = '1.24'

/** Docker Desktop for Linux, as its proxy at this socket describes itself. */
export function desktopIdentity(socketPath: string): EngineIdentity {
  return {
    id: '6c1f9b0e-2d57-4a4e-9f0b-0d1e5dde5701',
    name: 'docker-desktop',
    operatingSystem: 'Docker Desktop',
    osVersion: '',
    kernelVersion: '6.6.31-linuxkit',
    serverVersion: '26.1.4',
    platform: 'Docker Desktop 4.31.0 (153195)',
    labels: [
      `com.docker.desktop.address=unix://${socketPath.replace(/[^/]+$/, 'docker-cli.sock')}`,
    ],
    httpProxy: 'http.docker.internal:3128',
  }
}

/** The distribution's own Docker. */
export function nativeIdentity(): EngineIdentity {
  return {
    id: 'b7a40c9d-58f3-4c02-8a6b-0d1e5dde5702',
    name: 'odin',
    operatingSystem: 'Debian GNU/Linux 12 (bookworm)',
    osVersion: '12',
    kernelVersion: '6.1.0-37-amd64',
    serverVersion: '26.1.5+dfsg1',
    platform: '',
    labels: [],
    httpProxy: '',
  }
}

export function pingHeaders(identity: EngineIdentity): Record<string, string> {
  return {
    'Api-Version': apiVersion,
    'Builder-Version': '2',
    'Cache-Control': 'no-cache, no-store, must-revalidate',
    'Docker-Experimental': 'false',
    Ostype: 'linux',
    Pragma: 'no-cache',
    Server: `Docker/${identity.serverVersion} (linux)`,
    Swarm: 'inactive',
  }
}

export function versionJson(identity: EngineIdentity) {
  const common = {
    ApiVersion: apiVersion,
    MinAPIVersion: oldestApiVersion,
    GitCommit: 'de5c9cf',
    GoVersion: 'go1.21.11',
    Os: 'linux',
    Arch: 'amd64',
    KernelVersion: identity.kernelVersion,
    BuildTime: '2024-06-05T11:29:12.000000000+00:00',
  }
  return {
    Platform: { Name: identity.platform },
    Components: [
      {
        Name: 'Engine',
        Version: identity.serverVersion,
        Details: { ...common, Experimental: 'false' },
      },
    ],
    Version: identity.serverVersion,
    ...common,
  }
}

export function infoJson(identity: EngineIdentity, containers: readonly SmallContainer[]) {
  const count = (...states: string[]) =>
    containers.filter((container) => states.includes(container.state)).length
  return {
    ID: identity.id,
    Containers: containers.length,
    ContainersRunning: count('running', 'restarting'),
    ContainersPaused: count('paused'),
    ContainersStopped: count('created', 'exited', 'dead'),
    Images: new Set(containers.map((container) => container.spec.image)).size,
    Driver: 'overlay2',
    DriverStatus: [['Backing Filesystem', 'extfs']],
    Plugins: {
      Volume: ['local'],
      Network: ['bridge', 'host', 'null'],
      Authorization: null,
      Log: ['json-file', 'local'],
    },
    MemoryLimit: true,
    SwapLimit: true,
    CgroupDriver: 'systemd',
    CgroupVersion: '2',
    Debug: false,
    LoggingDriver: 'json-file',
    SystemTime: new Date().toISOString(),
    KernelVersion: identity.kernelVersion,
    OperatingSystem: identity.operatingSystem,
    OSVersion: identity.osVersion,
    OSType: 'linux',
    Architecture: 'x86_64',
    IndexServerAddress: 'https://index.docker.io/v1/',
    NCPU: 16,
    MemTotal: 67_108_864_000,
    DockerRootDir: '/var/lib/docker',
    HttpProxy: identity.httpProxy,
    HttpsProxy: identity.httpProxy,
    NoProxy: '',
    Name: identity.name,
    Labels: identity.labels,
    ExperimentalBuild: false,
    ServerVersion: identity.serverVersion,
    Runtimes: { runc: { path: 'runc' } },
    DefaultRuntime: 'runc',
    Swarm: { NodeID: '', LocalNodeState: 'inactive', ControlAvailable: false, Error: '' },
    LiveRestoreEnabled: false,
    InitBinary: 'docker-init',
    SecurityOptions: ['name=seccomp,profile=builtin', 'name=cgroupns'],
    Warnings: null,
  }
}
