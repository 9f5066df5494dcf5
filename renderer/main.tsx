import { createRoot } from 'react-dom/client'
import { findBridge } from './bridge.ts'
import { createActions } from './store/actions.ts'
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
void actions.connect()
