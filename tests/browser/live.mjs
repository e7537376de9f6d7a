// Prints as JSON how soon changes are seen on a page: `node live.mjs [SECONDS]`, with LETIP_BIN as for the tests.
import { setTimeout as sleep } from "node:timers/promises";

import { launch } from "./lib/launch.mjs";
import { EVERYTHING, live } from "./lib/page.mjs";
import { Server } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const LEADS = 1000;
/** So many rows are on screen at least. */
const SHOWN = 16;
const LIST = "?sort=name";
const WINDOW = { width: 1280, height: 900 };
const EACH_SECOND = 100;

const changes = Number(process.argv[2] ?? 20) * EACH_SECOND;
const server = await Server.start();
const browser = await launch();
try {
  await server.search({ ...EVERYTHING, maxResults: LEADS });
  const page = await browser.newPage({ baseURL: server.url, viewport: WINDOW });
  await page.goto(`/leads${LIST}`);
  await live(page);
  await page.evaluate(watch);
  await changeAtPace((await server.api(`/api/businesses${LIST}&limit=${SHOWN}`)).data);
  await until("the page shows every change", () => page.evaluate((all) => globalThis.letipSeen.took.length === all, changes));
  const { took, longTasks, longestTask, frames, late } = await page.evaluate(() => globalThis.letipSeen);
  took.sort((one, two) => one - two);
  const at = (share) => Math.round(took[Math.floor((took.length - 1) * share)] * 1000);
  console.log(JSON.stringify({ changes, p50: at(0.5), p99: at(0.99), most: at(1), longTasks, longestTask, frames, late }));
} finally {
  await browser.close();
  await server.stop();
}

/** Renames one lead after the other at an even pace. The name ends with the time just before the request. */
async function changeAtPace(leads) {
  const begin = performance.now();
  const asked = [];
  for (let n = 0; n < changes; n += 1) {
    await sleep(Math.max(0, begin + (n * 1000) / EACH_SECOND - performance.now()));
    const lead = leads[n % leads.length];
    const name = `${lead.name} @${performance.timeOrigin + performance.now()}`;
    lead.change = Promise.resolve(lead.change ?? lead).then(({ version }) => {
      return server.api(`/api/businesses/${lead.id}`, { name }, { method: "PATCH", version });
    });
    asked.push(lead.change);
  }
  await Promise.all(asked);
}

/**
 * Runs on the page: remembers how long each change took until the frame was painted that shows it, in milliseconds; tasks of
 * more than 50 ms; and how many frames came late by half a frame of a screen with 60 a second, or more.
 */
function watch() {
  const seen = { took: [], longTasks: 0, longestTask: 0, frames: 0, late: 0 };
  globalThis.letipSeen = seen;
  const painted = new MessageChannel();
  const known = new Set();
  let changed = [];
  painted.port1.onmessage = () => {
    const now = performance.timeOrigin + performance.now();
    seen.took.push(...changed.map((time) => now - time));
    changed = [];
  };
  const look = (text) => {
    const time = / @(\d+(\.\d+)?)$/.exec(text)?.[1];
    if (!time || known.has(time)) return;
    known.add(time);
    if (changed.length === 0) requestAnimationFrame(() => painted.port2.postMessage(""));
    changed.push(Number(time));
  };
  const observer = new MutationObserver((records) => {
    for (const { target, addedNodes } of records) {
      look(target.data);
      for (const node of addedNodes) look(node.querySelector?.("a[data-row]")?.textContent ?? node.textContent);
    }
  });
  observer.observe(document.querySelector("main"), { childList: true, subtree: true, characterData: true });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      seen.longTasks += 1;
      seen.longestTask = Math.max(seen.longestTask, Math.round(duration));
    }
  }).observe({ type: "longtask" });
  let before;
  const frame = (now) => {
    seen.frames += 1;
    if (now - before > 25) seen.late += 1;
    before = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}
