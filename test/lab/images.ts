import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { run } from './run.ts'

/** Debian's program under the name and with the entry point that real compose files know. */
type RealImage = { name: string; program: string; entrypoint: string; share?: string }

/** A small web server that stands where Debian has no package of the real thing. */
type StandIn = { name: string; port: number }

const realImages: readonly RealImage[] = [
  {
    name: 'prom/prometheus:v2.53.3',
    program: 'prometheus',
    entrypoint: '/bin/prometheus',
    share: 'usr/share/prometheus/web',
  },
  {
    name: 'prom/alertmanager:v0.28.1',
    program: 'prometheus-alertmanager',
    entrypoint: '/bin/alertmanager',
    share: 'usr/share/prometheus/alertmanager',
  },
  {
    name: 'prom/pushgateway:v1.11.0',
    program: 'prometheus-pushgateway',
    entrypoint: '/bin/pushgateway',
    share: 'usr/share/prometheus/pushgateway',
  },
  {
    name: 'prom/node-exporter:v1.9.0',
    program: 'prometheus-node-exporter',
    entrypoint: '/bin/node_exporter',
  },
  {
    name: 'prom/blackbox-exporter:v0.26.0',
    program: 'prometheus-blackbox-exporter',
    entrypoint: '/bin/blackbox_exporter',
  },
  {
    name: 'ncabatoff/process-exporter:0.8.5',
    program: 'prometheus-process-exporter',
    entrypoint: '/bin/process-exporter',
  },
]

const standIns: readonly StandIn[] = [
  { name: 'grafana/grafana:11.6.0', port: 3000 },
  { name: 'grafana/grafana-image-renderer:3.12.4', port: 8081 },
  { name: 'grafana/loki:3.4.2', port: 3100 },
  { name: 'grafana/promtail:3.4.2', port: 9080 },
  { name: 'gcr.io/cadvisor/cadvisor:v0.52.1', port: 8080 },
  { name: 'utkuozdemir/nvidia_gpu_exporter:1.3.0', port: 9835 },
  { name: 'prometheusnet/docker_exporter:1.1.0', port: 9417 },
  { name: 'odin/claude-exporter:1.0.0', port: 9102 },
]

const toolImage = 'busybox:1.37'

/** What an image is made of: a tree in a tar file, and what `docker import` is told about it. */
export type LabImage = { name: string; file: string; changes: readonly string[] }

const applets = 'cat cp dd false httpd ls nc nslookup rm sh sleep tar touch true wget'.split(' ')

/**
 * Makes the tar files of all images from a tree of unpacked Debian packages.
 * A program finds its libraries because they are copied from this machine.
 */
export async function makeImages(tree: string, into: string): Promise<LabImage[]> {
  await mkdir(into, { recursive: true })
  const images: LabImage[] = []
  for (const image of realImages) {
    const program = join(tree, 'usr/bin', image.program)
    const root = await smallTree(tree, join(into, image.program))
    await cp(program, join(root, image.entrypoint))
    for (const library of await librariesOf(program)) {
      await mkdir(join(root, dirname(library)), { recursive: true })
      await cp(library, join(root, library), { dereference: true })
    }
    if (image.share) await cp(join(tree, image.share), join(root, image.share), { recursive: true })
    images.push({
      name: image.name,
      file: await pack(root),
      changes: [`ENTRYPOINT ["${image.entrypoint}"]`, 'LABEL odin-sentinel.lab=real'],
    })
  }
  const standIn = await smallTree(tree, join(into, 'stand-in'))
  await writeStandIn(standIn)
  const file = await pack(standIn)
  for (const { name, port } of standIns) {
    images.push({
      name,
      file,
      changes: [
        `ENV STAND_IN_PORT=${port}`,
        'CMD ["/bin/stand-in"]',
        'LABEL odin-sentinel.lab=stand-in',
      ],
    })
  }
  images.push({ name: toolImage, file, changes: ['CMD ["/bin/sh"]'] })
  return images
}

async function smallTree(tree: string, root: string): Promise<string> {
  for (const directory of ['bin', 'etc', 'lib', 'tmp', 'www'])
    await mkdir(join(root, directory), { recursive: true })
  await cp(join(tree, 'usr/bin/busybox'), join(root, 'bin/busybox'))
  for (const applet of applets) await symlink('busybox', join(root, 'bin', applet))
  const accounts = ['root:x:0:0::/:/bin/sh', 'nobody:x:65534:65534::/:/bin/sh', '']
  await writeFile(join(root, 'etc/passwd'), accounts.join('\n'))
  return root
}

/** What nvidia_gpu_exporter tells of one card. */
const gpuMetrics = `# TYPE nvidia_smi_gpu_info gauge
nvidia_smi_gpu_info{uuid="2d2a2f3c",name="NVIDIA H200",driver_version="570.86.15"} 1
# TYPE nvidia_smi_utilization_gpu_ratio gauge
nvidia_smi_utilization_gpu_ratio{uuid="2d2a2f3c"} 0.12
# TYPE nvidia_smi_temperature_gpu gauge
nvidia_smi_temperature_gpu{uuid="2d2a2f3c"} 41
`

/**
 * Ends at once and with 0 when it is asked to stop, as the real programs do. With
 * `STAND_IN_BEHIND` everything is answered by who listens there.
 */
async function writeStandIn(root: string): Promise<void> {
  const script = [
    '#!/bin/sh',
    "trap 'exit 0' TERM INT",
    '[ "$STAND_IN_PORT" != 9835 ] || cp /www/gpu /www/metrics',
    'if [ -n "$STAND_IN_BEHIND" ]',
    'then nc -ll -p "$STAND_IN_PORT" -e /bin/nc $STAND_IN_BEHIND &',
    'else httpd -f -p "$STAND_IN_PORT" -h /www &',
    'fi',
    'wait',
    '',
  ].join('\n')
  await writeFile(join(root, 'www/gpu'), gpuMetrics)
  await writeFile(join(root, 'bin/stand-in'), script, { mode: 0o755 })
  await writeFile(join(root, 'www/index.html'), 'This is a stand-in of the Odin Sentinel lab.\n')
  await writeFile(join(root, 'www/metrics'), '# TYPE lab_stand_in gauge\nlab_stand_in 1\n')
  await writeFile(join(root, 'www/ready'), 'ready\n')
}

async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run('ldd', [program])
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].flatMap((match) => match[1] ?? [])
}

async function pack(root: string): Promise<string> {
  const file = `${root}.tar`
  await run('tar', ['-C', root, '--owner=0', '--group=0', '-cf', file, '.'])
  await run('rm', ['-rf', root])
  return basename(file)
}
