// Writes query-core as a page with one query, one observer and one mutation would load it: one minified file.
//
//   node bundle.mjs FILE

import { build } from 'esbuild-wasm'

await build({
  stdin: { contents: "export { MutationObserver, QueryClient, QueryObserver } from '@tanstack/query-core'", resolveDir: import.meta.dirname },
  bundle: true,
  format: 'esm',
  legalComments: 'none',
  minify: true,
  outfile: process.argv[2],
  target: 'es2022',
})
