import { createRoot } from 'react-dom/client'
import { findBridge } from './bridge.ts'
import { createActions } from './store/actions.ts'
import { askedOperation, askedPage, askedReview } from './store/asked-review.ts'
import { createMirrorStore } from './store/mirror.ts'
import { createUiStore } from './store/ui.ts'
import './styles/index.css'
import { App } from './views/app.tsx'

const element = document.getElementById('root')
if (element === null) throw new Error('index.html has no #root')

const mirror = createMirrorStore()
const ui = createUiStore()
const actions = createActions(findBridge(), mirror, ui)

createRoot(element).render(<App mirror={mirror} ui={ui} actions={actions} />)
void actions.connect().then(reviewAsAsked)
window.addEventListener('hashchange', reviewAsAsked)

function reviewAsAsked(): void {
  const page = askedPage(location.hash)
  const operation = askedOperation(location.hash)
  const asked = askedReview(location.hash, mirror.getState().mirror)
  // Taken out again, so that the next click on the same notification is a change.
  history.replaceState(null, '', location.pathname)
  if (page) actions.show(page)
  if (operation) actions.showOpenOperation(operation)
  if (asked) void actions.review(asked.stack, asked.intent)
}
