import { live } from "./page.mjs";

/**
 * A first visit: bytes by kind as they are encoded on the wire, and the times in milliseconds from the start of the
 * navigation to the first paint of content and to the page being live (hydrated and connected).
 */
export async function firstVisit(context, path) {
  const page = await context.newPage();
  await page.goto(path);
  await live(page);
  const liveAfter = await page.evaluate(() => performance.now());
  const paint = await page.evaluate(firstPaint);
  const bytes = {};
  for (const { name, size } of await page.evaluate(loadedFiles)) {
    const kind = kindOf(new URL(name).pathname);
    bytes[kind] = (bytes[kind] ?? 0) + size;
  }
  await page.close();
  return { bytes, firstContentfulPaint: Math.round(paint), live: Math.round(liveAfter) };
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

/** Script, module and style sheet of the first route, in bytes on the wire. */
export function routeBytes({ bytes }) {
  return (bytes.js ?? 0) + (bytes.wasm ?? 0) + (bytes.css ?? 0);
}

function kindOf(path) {
  const extension = /\.([a-z0-9]+)$/.exec(path)?.[1];
  if (path.startsWith("/assets/") && extension) return extension;
  if (path.startsWith("/api/")) return "api";
  return path.startsWith("/socket.io/") ? "socket" : extension ?? "html";
}

/** Runs on the page: the time of the first contentful paint, as soon as there is one. */
function firstPaint() {
  return new Promise((resolve) => {
    new PerformanceObserver((list) => {
      const entry = list.getEntriesByName("first-contentful-paint")[0];
      if (entry) resolve(entry.startTime);
    }).observe({ type: "paint", buffered: true });
  });
}
