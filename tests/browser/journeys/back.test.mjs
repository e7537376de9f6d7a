import assert from "node:assert/strict";

import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { until } from "../lib/wait.mjs";

const LIST = "/leads?sort=name";

const manyLeads = async (server) => {
  await server.search({ ...dashboard.EVERYTHING, maxResults: 1000 });
  return server.businesses();
};

/** The name in the row that has the focus, and where the page is scrolled to. */
const here = (page) =>
  page.evaluate(() => ({
    row: document.activeElement.closest("tr[aria-rowindex]") && document.activeElement.textContent,
    title: document.activeElement.matches("h1") && document.activeElement.textContent,
    top: Math.round(scrollY),
  }));

async function untilFocused(page, name) {
  return until(`${name} has the focus`, async () => {
    const seen = await here(page);
    if (seen.row !== name) throw new Error(JSON.stringify(seen));
    return seen;
  });
}

/** Goes down the list by keys, until a row far from its begin has the focus; answers its name. */
async function goDown(page) {
  await page.keyboard.press("j");
  for (let screen = 0; screen < 6; screen += 1) {
    const before = (await here(page)).row;
    await page.keyboard.press("PageDown");
    await until("the next screen has the focus", async () => {
      const { row } = await here(page);
      return row && row !== before;
    });
  }
  return (await here(page)).row;
}

journey("the way back leads to the row that was opened, by keys and by pointer", async ({ page, server }) => {
  await manyLeads(server);
  await dashboard.visit(page, LIST);
  await dashboard.mark(page);
  const name = await goDown(page);
  const { top } = await here(page);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  await until("the title has the focus", async () => (await here(page)).title === name);
  await page.goBack();
  const back = await untilFocused(page, name);
  assert.ok(Math.abs(back.top - top) <= 2, `at ${back.top} px, and it was at ${top}`);
  // The keys go on from there.
  await page.keyboard.press("j");
  await until("the next row has the focus", async () => {
    const { row } = await here(page);
    return row && row !== name;
  });
  const next = (await here(page)).row;
  await page.getByRole("link", { name: next, exact: true }).click();
  await page.getByRole("heading", { level: 1, name: next, exact: true }).waitFor();
  await page.goBack();
  await untilFocused(page, next);
  assert.ok(await dashboard.isMarked(page));
});

journey("it does over a document of a form, and over another way out of the list", async ({ page, server }) => {
  await manyLeads(server);
  await dashboard.visit(page, LIST);
  const name = await goDown(page);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  await page.getByRole("link", { name: "Duplicates" }).first().click();
  await page.waitForURL(/\/duplicates$/);
  await page.goBack();
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  await page.goBack();
  await untilFocused(page, name);

  const state = () => page.evaluate(() => String(history.state));
  await until("the row is remembered", async () => /^[-\d.]+ \d+ \d+$/.test(await state()));
  await page.keyboard.press("g");
  await page.keyboard.press("j");
  await page.waitForURL("**/jobs");
  await page.goBack();
  await untilFocused(page, name);
});

journey("where the lead went elsewhere meanwhile its row is found, and where it is gone its neighbour", async ({ page, server }) => {
  const all = await manyLeads(server);
  await dashboard.visit(page, LIST);
  const name = await goDown(page);
  const at = all.findIndex((lead) => lead.name === name);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  await dashboard.live(page);
  // Ten rows come before it.
  for (let n = 0; n < 10; n += 1) await server.api("/api/businesses", { name: `AAA ${n}` });
  await page.goBack();
  await untilFocused(page, name);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  await server.api(`/api/businesses/${all[at].id}`, undefined, { method: "DELETE", version: all[at].version });
  await page.goBack();
  const names = (await server.businesses()).map((lead) => lead.name);
  await until(`a row at ${at + 10} has the focus`, async () => {
    const { row } = await here(page);
    if (row && Math.abs(names.indexOf(row) - (at + 10)) <= 1) return true;
    throw new Error(`${row} is number ${names.indexOf(row)}`);
  });
});

journey("what somebody chose meanwhile keeps the focus", async ({ page, server }) => {
  await manyLeads(server);
  await dashboard.visit(page, LIST);
  const name = await goDown(page);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  await page.getByRole("link", { name: "Leads", exact: true }).first().click();
  await page.waitForURL("**/leads");
  await until("a list that is opened anew begins at its title", async () => (await here(page)).title === "Leads");
  assert.equal((await here(page)).row, null);
});

journey("who goes back before the program is there gets the page all the same", async ({ page, server }) => {
  await manyLeads(server);
  await dashboard.visit(page, "/leads");
  const lead = dashboard.rows(page).first();
  const name = await lead.innerText();
  await lead.click();
  const title = page.getByRole("heading", { level: 1 });
  await title.filter({ hasText: name }).waitFor();
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  await page.route(/\/assets\/dashboard-[^/]*\.js$/, (route) => released.then(() => route.continue()));
  await page.reload();
  await title.filter({ hasText: name }).waitFor();
  // The browser takes it for another place in the same document.
  await page.goBack();
  await title.filter({ hasText: /^Leads$/ }).waitFor();
  release();
  await dashboard.live(page);
  assert.equal(await dashboard.rows(page).first().innerText(), name);
});
