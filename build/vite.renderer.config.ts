import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// `./` because the page is served from app://, not from the root of a host.
export default defineConfig({
  root: fileURLToPath(new URL('../renderer', import.meta.url)),
  base: './',
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('../dist/renderer', import.meta.url)),
    emptyOutDir: true,
    // A data: URL in the bundle would need a hole in the content security policy.
    assetsInlineLimit: 0,
    // React's own preload polyfill is an inline script.
    modulePreload: { polyfill: false },
  },
})
