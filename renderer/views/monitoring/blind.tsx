import { StateIcon } from '../../components/icons.tsx'

/** What a page cannot see, and why: what is shown below is then old or not all. */
export function Blind({ failures }: { failures: readonly (string | undefined)[] }) {
  const told = failures.filter((failure) => failure !== undefined)
  if (told.length === 0) return null
  return (
    <ul className="blind">
      {told.map((failure) => (
        <li key={failure}>
          <StateIcon state="unknown" size={16} />
          <span>{failure}</span>
        </li>
      ))}
    </ul>
  )
}
