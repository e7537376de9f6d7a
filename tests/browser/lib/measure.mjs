import { live } from "./page.mjs";
import { until } from "./wait.mjs";

/**
 * A first visit, from the start of the navigation: bytes by kind as they are encoded on the wire; the times in milliseconds
 * to the first paint of content, to that of the largest content and to the page being live (taken over by its script, and
 * connected); by how much what was painted moved; and for how long tasks kept the page from reacting, beyond 50 ms each.
 */
export async function firstVisit(context, path) {
  const page = await context.newPage();
  const visit = await visitIn(page, path);
  await page.close();
  return visit;
}

/** The same in a page of the caller's, which is left open. */
export async function visitIn(page, path) {
  await page.addInitScript(observe);
  await page.goto(path);
  await live(page);
  // What is asked for late is painted late.
  await page.waitForLoadState("networkidle");
  const seen = await until("the page has painted content", async () => {
    const seen = await page.evaluate(() => globalThis.letipVisit);
    return seen.live && seen.firstContentfulPaint && seen.largestContentfulPaint && seen;
  });
  const bytes = {};
  for (const { name, size } of await page.evaluate(loadedFiles)) {
    const kind = kindOf(new URL(name).pathname);
    bytes[kind] = (bytes[kind] ?? 0) + size;
  }
  const { firstContentfulPaint, largestContentfulPaint, live: liveAfter, shift, blocked } = seen;
  return {
    bytes,
    firstContentfulPaint: Math.round(firstContentfulPaint),
    largestContentfulPaint: Math.round(largestContentfulPaint),
    live: Math.round(liveAfter),
    shift: Number(shift.toFixed(4)),
    blocked: Math.round(blocked),
  };
}

/** Runs on the page before anything of its own. */
function observe() {
  const seen = { shift: 0, blocked: 0 };
  globalThis.letipVisit = seen;
  const each = (type, note) => {
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  };
  each("paint", ({ name, startTime }) => {
    if (name === "first-contentful-paint") seen.firstContentfulPaint = startTime;
  });
  each("largest-contentful-paint", ({ startTime }) => {
    seen.largestContentfulPaint = startTime;
  });
  each("layout-shift", ({ value, hadRecentInput }) => {
    if (!hadRecentInput) seen.shift += value;
  });
  each("longtask", ({ duration }) => {
    seen.blocked += duration - 50;
  });
  const look = () => {
    if (!document.querySelector('[aria-label="Connection"][data-state="live"]')) return;
    seen.live = performance.now();
    observer.disconnect();
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { subtree: true, childList: true, attributeFilter: ["data-state"] });
}

/**
 * How long it takes in milliseconds from just before `change(mark)` is called, which has the server change what the page
 * shows so that `mark` is in its text, to the frame that was painted with it.
 */
export async function untilSeen(page, change) {
  const mark = `@${Math.round(performance.timeOrigin + performance.now())}`;
  const seen = page.evaluate(timeOfFrameWith, mark);
  // The page answers in order: it watches by now.
  await page.evaluate(() => {});
  const start = performance.timeOrigin + performance.now();
  await change(mark);
  return Math.round((await seen) - start);
}

/** Runs on the page: when the frame was painted that first shows the text. */
function timeOfFrameWith(text) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    // What is told between frames is heard behind the next one's painting.
    port1.onmessage = () => resolve(performance.timeOrigin + performance.now());
    const observer = new MutationObserver(() => {
      if (!document.body.textContent.includes(text)) return;
      observer.disconnect();
      requestAnimationFrame(() => port2.postMessage(""));
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}

/**
 * Runs on the page: what it was made from, each file once however often it was asked for. Of modules, those that its head
 * names: others it loads ahead when it is at rest.
 */
function loadedFiles() {
  const isNamed = (name) => [...document.querySelectorAll("link[rel=preload]")].some((link) => link.href === name);
  const kinds = ["navigation", "resource"];
  const entries = kinds.flatMap((kind) => performance.getEntriesByType(kind));
  const sizes = new Map();
  for (const { name, encodedBodySize } of entries) {
    if (name.endsWith(".wasm") && !isNamed(name)) continue;
    sizes.set(name, Math.max(encodedBodySize, sizes.get(name) ?? 0));
  }
  return [...sizes].map(([name, size]) => ({ name, size }));
}

/** Script, module and stylesheets of the first route, in bytes on the wire; who arrives has the main one in the document. */
export function routeBytes({ bytes }) {
  return (bytes.js ?? 0) + (bytes.wasm ?? 0) + (bytes.css ?? 0);
}

function kindOf(path) {
  const extension = /\.([a-z0-9]+)$/.exec(path)?.[1];
  if (path.startsWith("/assets/") && extension) return extension;
  if (path.startsWith("/api/")) return "api";
  return path.startsWith("/socket.io/") ? "socket" : extension ?? "html";
}
