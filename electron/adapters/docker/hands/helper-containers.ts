import type Docker from 'dockerode'
import { helperLabel, projectLabel } from '../container-from-inspect.ts'
import { type Ask, statusOf } from '../engine-call.ts'
import { EngineFailure } from '../engine-failure.ts'
import {
  type EngineHands,
  type HelperRunning,
  type HelperWanted,
  helperMountPath,
} from './engine-hands.ts'
import {
  anyAnswer,
  createdAnswer,
  imageAnswer,
  imagesAnswer,
  volumeAnswer,
  waitAnswer,
} from './hands-answers.ts'

type HelperMaker = Pick<EngineHands, 'createHelper' | 'runHelper' | 'startHelper' | 'removeHelper'>

type Image = { id: string; volumes: readonly string[]; labels: Readonly<Record<string, string>> }

const mostImages = 12
const runPatienceMs = 300_000
const startPatienceMs = 120_000

export function helperMaker(docker: Docker, ask: Ask, endpoint: string): HelperMaker {
  /**
   * Images that a helper can be made from, the best one first: small, and without volumes of its
   * own, which the engine would make for each container and nobody would remove.
   */
  async function candidates(
    { image }: HelperWanted,
    signal?: AbortSignal,
  ): Promise<readonly Image[]> {
    if (image !== undefined) return [await imageOf(image, signal)]
    const listed = await ask(imagesAnswer, signal, (abortSignal) =>
      docker.listImages({ abortSignal } as Docker.ListImagesOptions),
    )
    const smallest = listed.sort((a, b) => (a.Size ?? 0) - (b.Size ?? 0)).slice(0, mostImages)
    const images = await Promise.all(
      smallest.map(async ({ Id }): Promise<Image[]> => {
        try {
          return [await imageOf(Id, signal)]
        } catch (error) {
          if (statusOf(error) === 404) return []
          throw error
        }
      }),
    )
    const trouble = ({ volumes, labels }: Image) =>
      Number(volumes.length > 0) + Number(Object.hasOwn(labels, projectLabel))
    return images.flat().sort((a, b) => trouble(a) - trouble(b))
  }

  async function imageOf(name: string, signal?: AbortSignal): Promise<Image> {
    const { Id, Config } = await ask(imageAnswer, signal, () => docker.getImage(name).inspect())
    return { id: Id, volumes: Object.keys(Config?.Volumes ?? {}), labels: Config?.Labels ?? {} }
  }

  async function create(
    image: Image,
    { id, mount, user = '0:0' }: HelperWanted & Partial<Pick<HelperRunning, 'user'>>,
    command: readonly string[] | undefined,
    signal?: AbortSignal,
  ): Promise<string> {
    const { type, source, readOnly } = mount
    // The labels of an image that Compose has built would make it one of the project's containers.
    const notTheirs = Object.fromEntries(
      Object.keys(image.labels)
        .filter((label) => label.startsWith('com.docker.compose.'))
        .map((label) => [label, '']),
    )
    const [program = 'odin-sentinel-never-starts-this', ...args] = command ?? []
    const body = {
      Image: image.id,
      Entrypoint: [program],
      Cmd: args,
      ...(command && { User: user, WorkingDir: '/' }),
      Labels: { ...notTheirs, [helperLabel]: id },
      NetworkDisabled: true,
      HostConfig: {
        NetworkMode: 'none',
        RestartPolicy: { Name: 'no' },
        CapDrop: ['ALL'],
        // Its files belong to whoever wrote them.
        CapAdd: ['DAC_OVERRIDE'],
        Mounts: [
          {
            Type: type,
            Source: source,
            Target: helperMountPath,
            ReadOnly: readOnly,
            // Otherwise an empty volume is filled with what the image has at that place.
            ...(type === 'volume' && { VolumeOptions: { NoCopy: true } }),
          },
          // Where something is mounted, the engine makes no volume of the image's own.
          ...image.volumes.map((path) => ({ Type: 'tmpfs', Target: path })),
        ],
      },
    }
    const { id: containerId } = await ask(createdAnswer, signal, (abortSignal) =>
      docker.createContainer({
        _query: { name: `odin-sentinel-helper-${id}` },
        _body: body,
        abortSignal,
      } as unknown as Docker.ContainerCreateOptions),
    )
    return containerId
  }

  /** An engine makes a volume that is mounted and not there; that would read as an empty one. */
  async function mustExist({ mount }: HelperWanted, signal?: AbortSignal): Promise<void> {
    if (mount.type !== 'volume') return
    try {
      await ask(volumeAnswer, signal, (abortSignal) =>
        docker.getVolume(mount.source).inspect({ abortSignal }),
      )
    } catch (error) {
      if (statusOf(error) !== 404) throw error
      const sentence = `The engine at ${endpoint} has no volume ${mount.source}.`
      throw new EngineFailure('not-found', sentence, { cause: error })
    }
  }

  /** With the first image that serves; what is wrong with one may be right with the next. */
  async function withAnImage<T>(
    wanted: HelperWanted,
    signal: AbortSignal | undefined,
    attempt: (image: Image) => Promise<T>,
  ): Promise<T> {
    let failure: unknown
    for (const image of await candidates(wanted, signal)) {
      try {
        return await attempt(image)
      } catch (error) {
        failure = error
        if (statusOf(error) === undefined || signal?.aborted) throw error
      }
    }
    if (failure) throw failure
    throw new EngineFailure(
      'not-found',
      `The engine at ${endpoint} has no image to make a helper from; any small one will do.`,
    )
  }

  async function removeHelper(containerId: string, signal?: AbortSignal): Promise<void> {
    const container = docker.getContainer(containerId)
    try {
      const found = await ask(anyAnswer, signal, (abortSignal) =>
        container.inspect({ abortSignal }),
      )
      const { Config } = found as { Config?: { Labels?: Record<string, string> | null } }
      if (!Object.hasOwn(Config?.Labels ?? {}, helperLabel))
        throw new EngineFailure('invalid', `Container ${containerId} is no helper of ours.`)
      // `v` is never given: it would remove volumes.
      await ask(anyAnswer, signal, (abortSignal) => container.remove({ force: true, abortSignal }))
    } catch (error) {
      // 409: somebody else is removing it.
      if (statusOf(error) !== 404 && statusOf(error) !== 409) throw error
    }
  }

  return {
    async createHelper(wanted, signal) {
      await mustExist(wanted, signal)
      return withAnImage(wanted, signal, (image) => create(image, wanted, undefined, signal))
    },
    async runHelper(wanted, command, signal) {
      await mustExist(wanted, signal)
      return withAnImage(wanted, signal, async (image) => {
        const containerId = await create(image, wanted, command, signal)
        try {
          const container = docker.getContainer(containerId)
          await ask(anyAnswer, signal, (abortSignal) => container.start({ abortSignal }))
          const { StatusCode } = await ask(
            waitAnswer,
            signal,
            (abortSignal) => container.wait({ abortSignal }),
            runPatienceMs,
          )
          return { exitCode: StatusCode }
        } finally {
          await removeHelper(containerId)
        }
      })
    },
    async startHelper(wanted, signal) {
      await mustExist(wanted, signal)
      return withAnImage(wanted, signal, async (image) => {
        const containerId = await create(image, wanted, wanted.command, signal)
        try {
          await ask(
            anyAnswer,
            signal,
            (abortSignal) => docker.getContainer(containerId).start({ abortSignal }),
            startPatienceMs,
          )
          return containerId
        } catch (error) {
          await removeHelper(containerId)
          throw error
        }
      })
    },
    removeHelper,
  }
}
