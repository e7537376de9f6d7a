// query-core as a peer: as in a browser, on a clock that stands still, its listeners told at once.

import { environmentManager, notifyManager, QueryClient } from '@tanstack/query-core'
import { Clock } from './clock.mjs'
import * as bridge from './workloads/bridge.mjs'
import * as fanOut from './workloads/fan-out.mjs'
import * as hydration from './workloads/hydration.mjs'
import * as invalidation from './workloads/invalidation.mjs'
import * as keys from './workloads/keys.mjs'
import * as lifecycle from './workloads/lifecycle.mjs'
import * as memory from './workloads/memory.mjs'
import * as readWrite from './workloads/read-write.mjs'
import * as sharing from './workloads/sharing.mjs'

environmentManager.setIsServer(() => false)
notifyManager.setScheduler((callback) => callback())

const clock = new Clock()
clock.install()

const workloads = {
  ...readWrite.workloads,
  ...keys.workloads,
  ...invalidation.workloads,
  ...fanOut.workloads,
  ...sharing.workloads,
  ...bridge.workloads,
  ...lifecycle.workloads,
  ...hydration.workloads,
  ...memory.workloads,
}

/** An empty cache, and the sizes of a workload divided. */
export async function prepare(workload, divisor) {
  const make = workloads[workload]
  if (make === undefined) throw new Error(`there is no workload called ${workload}`)
  clock.reset()
  return make({ client: new QueryClient(), clock, size: (full) => Math.max(1, Math.floor(full / divisor)) })
}
