import { type Block, blocksOf, type Span } from './markdown.ts'

// Positions are the keys below: a runbook is replaced whole and never reordered.

function Spans({ spans }: { spans: readonly Span[] }) {
  return spans.map((span, index) => {
    const key = `${index} ${span.text}`
    if (span.kind === 'code') return <code key={key}>{span.text}</code>
    if (span.kind === 'strong') return <strong key={key}>{span.text}</strong>
    return span.text
  })
}

function Table({ rows }: { rows: (Block & { kind: 'table' })['rows'] }) {
  const [head, ...body] = rows.map((cells, index) => ({ key: `row ${index}`, cells }))
  const cellsOf = (cells: readonly (readonly Span[])[]) =>
    cells.map((spans, index) => ({ key: `cell ${index}`, spans }))
  return (
    <table>
      <thead>
        <tr>
          {cellsOf(head?.cells ?? []).map(({ key, spans }) => (
            <th key={key} scope="col">
              <Spans spans={spans} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {body.map((row) => (
          <tr key={row.key}>
            {cellsOf(row.cells).map(({ key, spans }) => (
              <td key={key}>
                <Spans spans={spans} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function ProseBlock({ block }: { block: Block }) {
  switch (block.kind) {
    case 'heading': {
      const Heading = block.level === 1 ? 'h1' : block.level === 2 ? 'h2' : 'h3'
      return (
        <Heading>
          <Spans spans={block.spans} />
        </Heading>
      )
    }
    case 'paragraph':
      return (
        <p>
          <Spans spans={block.spans} />
        </p>
      )
    case 'list': {
      const List = block.ordered ? 'ol' : 'ul'
      const items = block.items.map((spans, index) => ({ key: `item ${index}`, spans }))
      return (
        <List>
          {items.map(({ key, spans }) => (
            <li key={key}>
              <Spans spans={spans} />
            </li>
          ))}
        </List>
      )
    }
    case 'code':
      return (
        <pre>
          <code>{block.text}</code>
        </pre>
      )
    case 'table':
      return <Table rows={block.rows} />
  }
}

export function Prose({ markdown }: { markdown: string }) {
  const blocks = blocksOf(markdown).map((block, index) => ({ key: `block ${index}`, block }))
  return (
    <div className="prose">
      {blocks.map(({ key, block }) => (
        <ProseBlock key={key} block={block} />
      ))}
    </div>
  )
}
