/** Key → value, in the order in which it was told. */
export function Evidence({ evidence }: { evidence: Readonly<Record<string, string>> }) {
  const entries = Object.entries(evidence)
  if (entries.length === 0) return null
  return (
    <dl className="evidence">
      {entries.map(([key, value]) => (
        <div key={key} className="evidence-line">
          <dt>{key}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
