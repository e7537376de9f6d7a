/** Has every document of the page count how far its layout shifts by itself, from its begin on. */
export async function watchShift(page) {
  await page.addInitScript(() => {
    globalThis.letipShift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.letipShift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
}

/** How far the layout of the document has shifted since its begin. */
export function shift(page) {
  return page.evaluate(() => globalThis.letipShift);
}
