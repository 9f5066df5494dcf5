import type { snapshotSheet } from '../../store/backups/rows.ts'

/** What is in a backup, a component a line, each with the way back to it. */
export function Contents(props: {
  sheet: ReturnType<typeof snapshotSheet>
  mayRestore: boolean
  onRestore: (component: string) => void
}) {
  const { sheet, mayRestore, onRestore } = props
  return (
    <div className="contents">
      <section className="facts" aria-label="Components">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
        <section className="facts-scroll" aria-label="Components, table" tabIndex={0}>
          <table className="components">
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col" className="components-kind">
                  Kind
                </th>
                <th scope="col" className="components-how">
                  How it was read
                </th>
                <th scope="col" className="components-number">
                  Files
                </th>
                <th scope="col" className="components-number">
                  Size
                </th>
                <th scope="col" className="components-restore" aria-label="Restore" />
              </tr>
            </thead>
            <tbody>
              {sheet.components.map((component) => (
                <tr key={component.id}>
                  <td title={component.id}>{component.title}</td>
                  <td>{component.kind}</td>
                  <td>{component.consistency}</td>
                  <td className="components-number">{component.files}</td>
                  <td className="components-number">{component.size}</td>
                  <td className="components-restore">
                    {component.restores && (
                      <button
                        type="button"
                        className="restore-one"
                        aria-label={`Restore ${component.title}…`}
                        disabled={!mayRestore}
                        onClick={() => onRestore(component.id)}
                      >
                        Restore…
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </section>
      <dl className="evidence sheet-facts">
        {sheet.facts.map(({ label, value }) => (
          <div key={label} className="evidence-line">
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
