import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// Vite takes its configuration from the default export.
export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    // The content security policy allows no data: scripts or styles, so nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
})
