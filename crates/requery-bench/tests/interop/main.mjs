// Runs workloads, one a line of standard input, on query-core or on a WASM module, and answers each with one line.
//
//   node --expose-gc main.mjs query-core
//   node --expose-gc main.mjs wasm MODULE

import { createInterface } from 'node:readline'

const [, , name, module] = process.argv
const peer = name === 'wasm' ? await wasm(module) : await queryCore()

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`)
}

async function answer({ workload, divisor }) {
  try {
    const prepared = await peer.prepare(workload, divisor)
    collect()
    const began = process.hrtime.bigint()
    const running = prepared.run()
    if (running !== undefined) await running
    const nanos = Number(process.hrtime.bigint() - began)
    const outcome = prepared.outcome()
    const parts = prepared.parts?.() ?? []
    return { nanos, outcome, parts }
  } catch (error) {
    return { broken: String(error?.stack ?? error) }
  }
}

/** Garbage of what came before is not part of what is timed. */
function collect() {
  globalThis.gc?.()
}

async function queryCore() {
  const { prepare } = await import('./peer.mjs')
  return { prepare }
}

/** The module holds one workload at a time; nothing but its name and its outcome crosses the boundary. */
async function wasm(path) {
  const { default: module } = await import(path)
  return {
    prepare(workload, divisor) {
      module.prepare(workload, divisor)
      return {
        run: () => module.run(),
        outcome: () => JSON.parse(module.outcome()),
        parts: () => Array.from(module.parts()),
      }
    },
  }
}
