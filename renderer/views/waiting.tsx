import { Button } from '../components/button.tsx'
import { StateIcon } from '../components/icons.tsx'
import type { Actions } from '../store/actions.ts'

export function Loading() {
  return (
    <main className="middle" role="status">
      <StateIcon state="unknown" size={36} />
      <h1>Looking.</h1>
      <p className="aside">The first look at every engine is on its way.</p>
    </main>
  )
}

export function Failed({ problem, actions }: { problem: string; actions: Actions }) {
  return (
    <main className="middle" role="alert">
      <StateIcon state="unknown" size={36} />
      <h1>Nothing can be seen.</h1>
      <p className="aside">{problem}</p>
      <Button look="primary" first onPress={() => void actions.connect()}>
        Connect again
      </Button>
    </main>
  )
}
