// Reads scenarios from standard input, one JSON object a line, and answers each with one line: what happened.

import { createInterface } from 'node:readline'
import { environmentManager, notifyManager } from '@tanstack/query-core'
import { World } from './world.mjs'

environmentManager.setIsServer(() => false)
notifyManager.setScheduler((callback) => callback())
// Outcomes that nobody waits for are part of the scenarios.
process.on('unhandledRejection', () => {})

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`)
}

async function answer(line) {
  try {
    return { lines: await new World(JSON.parse(line)).run() }
  } catch (error) {
    return { broken: String(error?.stack ?? error) }
  }
}
