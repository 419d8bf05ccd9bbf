import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Builds the console into dist/console; `vite --config …` serves it for development with the desk behind it. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('../../dist/console', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // One chunk for the page, one for what changes only with dependencies and so stays in browser caches.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'vendor', test: /node_modules/ }] } },
    },
    chunkSizeWarningLimit: 1_200,
  },
  server: { proxy: { '/api': process.env['MAPLEBRIDGE_DESK'] ?? 'http://127.0.0.1:8080' } },
});
