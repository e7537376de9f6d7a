import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Fails when axe finds a violation on the page as it is. `where` names it in the failure. */
export async function accessible(page, where) {
  // Evaluated by the debugger, so that the page's content security policy stays in force.
  await page.evaluate(source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const found = violations.map((violation) => ({
    rule: violation.id,
    help: violation.help,
    elements: violation.nodes.slice(0, 5).map((node) => `${node.target.join(" ")}: ${node.any[0]?.message ?? node.html}`),
  }));
  assert.deepEqual(found, [], `axe found violations on ${where}`);
}

/** Fails when the page as it is, is wider than its window, ends far below its footer, or has violations. */
export async function fitsAndIsAccessible(page, where) {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= window, `${where}: ${content} px wide in a window of ${window} px`);
  const behind = await page.evaluate(() => {
    const end = document.querySelector("footer").getBoundingClientRect().bottom + scrollY;
    return Math.max(document.documentElement.scrollHeight, innerHeight) - Math.max(end, innerHeight);
  });
  assert.ok(behind < 300, `${where}: ${behind} px of nothing below the footer`);
  await accessible(page, where);
}
