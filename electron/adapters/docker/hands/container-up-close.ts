import { containerFromInspect } from '../container-from-inspect.ts'
import type { ContainerUpClose } from './engine-hands.ts'
import type { CloseInspectAnswer } from './hands-answers.ts'

export function containerUpClose(answer: CloseInspectAnswer): ContainerUpClose {
  const { State: state, Config: config, HostConfig: host } = answer
  return {
    ...containerFromInspect(answer),
    startedStamp: state.StartedAt,
    finishedStamp: state.FinishedAt,
    autoRemove: host.AutoRemove === true,
    ...(typeof config.StopTimeout === 'number' && { stopTimeoutSeconds: config.StopTimeout }),
    program: answer.Path,
    args: answer.Args,
    user: config.User,
    cwd: config.WorkingDir,
  }
}
