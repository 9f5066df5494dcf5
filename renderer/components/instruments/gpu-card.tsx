import type { Health } from '../../../shared/ipc/status.ts'
import { StateIcon } from '../icons.tsx'
import { LinePlot } from './line-plot.tsx'

export type GpuCardProps = {
  title: string
  name: string
  state: Health | 'info'
  word: string
  sentences: readonly string[]
  plots: readonly { label: string; value: string; top: string; paths: readonly string[] }[]
  parts: readonly { key: string; name: string; memory: string }[]
  processes: readonly { key: string; name: string; pid: number; memory: string }[]
  plotSize: { width: number; height: number }
}

export function GpuCard(props: GpuCardProps) {
  return (
    <article className={`card gpu gpu-${props.state}`} aria-label={props.title}>
      <header className="gpu-head">
        <StateIcon state={props.state} size={16} />
        <h2>{props.title}</h2>
        <p className="gpu-name">{props.name}</p>
        <p className={`tone-${props.state}`}>{props.word}</p>
      </header>
      {props.sentences.map((sentence) => (
        <p key={sentence} className="gpu-sentence">
          {sentence}
        </p>
      ))}
      <div className="plots">
        {props.plots.map((plot) => (
          <LinePlot key={plot.label} {...plot} {...props.plotSize} />
        ))}
      </div>
      {props.parts.length > 0 && (
        <table className="gpu-processes">
          <caption className="unseen">MIG devices</caption>
          <tbody>
            {props.parts.map(({ key, name, memory }) => (
              <tr key={key}>
                <td>{name}</td>
                <td>{memory}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {props.processes.length > 0 && (
        <table className="gpu-processes">
          <caption className="unseen">Processes</caption>
          <tbody>
            {props.processes.map(({ key, name, pid, memory }) => (
              <tr key={key}>
                <td title={name}>{name}</td>
                <td>{pid}</td>
                <td>{memory}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </article>
  )
}
