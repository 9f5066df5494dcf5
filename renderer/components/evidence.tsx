import { Fragment } from 'react'

/** A path may be broken behind a slash, before it is broken anywhere. */
function Breakable({ text }: { text: string }) {
  let at = 0
  return text.split(/(?<=\/)/).map((part) => {
    at += part.length
    return (
      <Fragment key={at}>
        {part}
        <wbr />
      </Fragment>
    )
  })
}

/** Key → value, in the order in which it was told. */
export function Evidence({ evidence }: { evidence: Readonly<Record<string, string>> }) {
  const entries = Object.entries(evidence)
  if (entries.length === 0) return null
  return (
    <dl className="evidence">
      {entries.map(([key, value]) => (
        <div key={key} className="evidence-line">
          <dt>{key}</dt>
          <dd>
            <Breakable text={value} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
