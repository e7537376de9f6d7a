import assert from "node:assert/strict";

import { accessible, fitsAndIsAccessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { SCRIPT_BLOCKED } from "../lib/problems.mjs";
import { until } from "../lib/wait.mjs";

/** So many that a document with all of them would be slow, and few enough for a debug build to find soon. */
const LEADS = 2000;
const LIST = "/leads?sort=name";
/** The middle of the list, in rows. */
const MIDDLE = 1000;

async function manyLeads(server) {
  await server.search({ ...dashboard.EVERYTHING, maxResults: LEADS });
  const all = await server.businesses();
  assert.ok(all.length > 1500, `only ${all.length} leads were found`);
  return all;
}

/** The list as it is on screen: its rows by place from 0, the first place wholly in sight, and how many rows it is high. */
function look(page) {
  return page.evaluate(() => {
    const body = document.querySelector("table tbody");
    const rows = [...body.querySelectorAll("tr[aria-rowindex]")].map((row) => ({
      place: row.ariaRowIndex - 2,
      name: row.querySelector("a[data-row]").textContent,
      top: row.getBoundingClientRect().top,
      bottom: row.getBoundingClientRect().bottom,
    }));
    const head = document.querySelector("table thead").getBoundingClientRect().bottom;
    const inSight = rows.filter(({ top, bottom }) => top >= Math.max(0, head) - 1 && bottom <= innerHeight);
    const pitch = rows.length > 1 && (rows.at(-1).top - rows[0].top) / (rows.at(-1).place - rows[0].place);
    const { top, height } = body.getBoundingClientRect();
    return {
      made: rows.length,
      names: Object.fromEntries(inSight.map(({ place, name }) => [place, name])),
      first: inSight[0]?.place,
      last: inSight.at(-1)?.place,
      total: Math.round(height / pitch),
      begin: top + scrollY,
      pitch,
      count: document.querySelector("table").ariaRowCount - 1,
    };
  });
}

/** Waits until every row in sight is that of the server's list, from `first` to `last` where those are said. */
async function inSight(page, all, { first, last } = {}) {
  const names = all.map((lead) => lead.name);
  return until(`rows of the list are in sight, from ${first} to ${last}`, async () => {
    const seen = await look(page);
    const places = Object.keys(seen.names).map(Number);
    const right = places.length > 0 && places.every((place) => seen.names[place] === names[place]);
    const whole = places.length === seen.last - seen.first + 1 && seen.total === all.length;
    if (!right || !whole || (first ?? seen.first) !== seen.first || (last ?? seen.last) !== seen.last) {
      throw new Error(JSON.stringify(seen));
    }
    return seen;
  });
}

/** Scrolls as somebody does who drags the scrollbar: to a place, at once. */
async function dragTo(page, place) {
  const { begin, pitch } = await look(page);
  await page.evaluate((to) => globalThis.scrollTo(0, to), begin + place * pitch);
}

function focused(page) {
  return page.evaluate(() => document.activeElement.closest("tr")?.ariaRowIndex - 2);
}

journey("the whole list scrolls as one, and a document of it has few rows", async ({ page, server }) => {
  const all = await manyLeads(server);
  await dashboard.visit(page, LIST);
  const begin = await inSight(page, all, { first: 0 });
  assert.equal(begin.count, all.length);
  assert.equal(await page.getByRole("navigation", { name: "Pages" }).count(), 0, "there is one list, and no pages of it");
  await dragTo(page, MIDDLE);
  const middle = await inSight(page, all);
  assert.ok(middle.first <= MIDDLE + 2 && middle.last >= MIDDLE, JSON.stringify(middle));
  await page.keyboard.press("Control+End");
  await page.evaluate(() => globalThis.scrollTo(0, document.documentElement.scrollHeight));
  const end = await inSight(page, all, { last: all.length - 1 });
  await accessible(page, "the end of a long list");
  for (const { made } of [begin, middle, end]) assert.ok(made < 70, `${made} rows are in the document`);
  await page.evaluate(() => globalThis.scrollTo(0, 0));
  await inSight(page, all, { first: 0 });
});

/** How long the list waits for the hand to rest, in milliseconds, as its page has it. */
const REST = 100;

journey("rows that are dragged past are not asked for", async ({ page, server }) => {
  const all = await manyLeads(server);
  await dashboard.visit(page, LIST);
  await inSight(page, all, { first: 0 });
  const asked = new Set();
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.pathname === "/api/businesses") asked.add(Number(url.searchParams.get("page") ?? 1));
  });
  const { begin, pitch } = await look(page);
  // In one go, frame by frame, as a hand moves the scrollbar.
  const longest = await page.evaluate(async ({ begin, step }) => {
    let [longest, before] = [0, performance.now()];
    for (let frame = 1; frame <= 15; frame += 1) {
      globalThis.scrollTo(0, begin + frame * step);
      await new Promise(requestAnimationFrame);
      longest = Math.max(longest, performance.now() - before);
      before = performance.now();
    }
    return longest;
  }, { begin, step: 100 * pitch });
  await inSight(page, all);
  const there = Math.floor(1500 / 50) + 1;
  const passed = [...asked].filter((number) => Math.abs(number - there) > 2);
  // A machine that is too busy to draw holds still on the way: there the list rests, and may ask.
  if (longest < REST / 2) assert.deepEqual(passed, [], `frames took ${longest} ms at most`);
  else console.log(`notice: not checked what was asked for on the way, as a frame took ${Math.round(longest)} ms`);
  assert.ok(asked.has(there), [...asked].join());
});

journey("the way back, a reload and a link lead to the same rows", async ({ page, server, open }) => {
  const all = await manyLeads(server);
  await dashboard.visit(page, LIST);
  await inSight(page, all, { first: 0 });
  await dragTo(page, MIDDLE);
  const before = await inSight(page, all);
  const number = Math.floor(MIDDLE / 50) + 1;
  await page.waitForURL((url) => Math.abs(url.searchParams.get("page") - number) <= 1);
  const opened = before.first + 3;
  await page.getByRole("link", { name: all[opened].name, exact: true }).click();
  await page.waitForURL(`**/leads/${all[opened].id}`);
  await page.getByRole("heading", { level: 1, name: all[opened].name }).waitFor();
  await page.goBack();
  await inSight(page, all, { first: before.first, last: before.last });
  await page.reload();
  await dashboard.live(page);
  await inSight(page, all, { first: before.first, last: before.last });
  // Somebody else gets the link: the page that it names is there, as its document has it.
  const other = await open();
  await dashboard.visit(other, `${LIST}&page=30`);
  const seen = await inSight(other, all);
  assert.ok(seen.first <= 29 * 50 && seen.last >= 29 * 50, JSON.stringify(seen));
});

journey("what a document of a page shows stays where it is when the list goes on", async ({ page, server }) => {
  const all = await manyLeads(server);
  // The script comes when the document has been looked at.
  let release;
  let held;
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.addInitScript(() => {
    globalThis.shifts = 0;
    new PerformanceObserver((entries) => {
      for (const entry of entries.getEntries()) globalThis.shifts += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  for (const address of [LIST, `${LIST}&page=20`]) {
    held = new Promise((resolve) => {
      release = resolve;
    });
    await page.goto(address, { waitUntil: "commit" });
    const top = (name) => page.getByRole("link", { name, exact: true }).evaluate((link) => link.getBoundingClientRect().top);
    const place = address === LIST ? 4 : 19 * 50 + 4;
    const before = await top(all[place].name);
    release();
    await dashboard.live(page);
    await inSight(page, all);
    assert.ok(Math.abs((await top(all[place].name)) - before) < 2, `${all[place].name} moved`);
    assert.ok((await page.evaluate(() => globalThis.shifts)) < 0.05, "the page shifts");
  }
});

journey("the keyboard alone goes through the whole list", async ({ page, server }) => {
  const all = await manyLeads(server);
  await dashboard.visit(page, LIST);
  await inSight(page, all, { first: 0 });
  const at = (place) => until(`row ${place} has the focus and is in sight`, async () => {
    const seen = await look(page);
    const now = await focused(page);
    if (now !== place || seen.first > place || seen.last < place) throw new Error(`${now} of ${seen.first} to ${seen.last}`);
    return seen;
  });
  await page.keyboard.press("j");
  await at(0);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  const seen = await at(1);
  for (let step = 0; step < 60; step += 1) await page.keyboard.press("j");
  await at(61);
  await page.keyboard.press("PageDown");
  const screen = (await until("a screen further", async () => {
    const now = await focused(page);
    return now > 61 && now;
  })) - 61;
  assert.ok(Math.abs(screen - (seen.last - seen.first)) < 10, `${screen} rows a screen`);
  await page.keyboard.press("PageUp");
  await at(61);
  await page.keyboard.press("End");
  await at(all.length - 1);
  await page.keyboard.press("Home");
  await at(0);
  await page.keyboard.press("End");
  await at(all.length - 1);
  await page.keyboard.press("ArrowUp");
  await at(all.length - 2);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/leads/${all[all.length - 2].id}`);
});

journey("the focus stays in its row wherever the list is scrolled", async ({ page, server }) => {
  const all = await manyLeads(server);
  await dashboard.visit(page, LIST);
  await inSight(page, all, { first: 0 });
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await dragTo(page, MIDDLE);
  await inSight(page, all);
  assert.equal(await focused(page), 1, "the row is out of sight and keeps the focus");
  // From there the keyboard goes on.
  await page.keyboard.press("j");
  await until("the next row has the focus", async () => (await focused(page)) === 2);
  await inSight(page, all);
  const seen = await look(page);
  assert.ok(seen.first <= 2 && seen.last >= 2, JSON.stringify(seen));
});

journey("a change far down is seen there, and no other row is made anew", async ({ page, server }) => {
  const all = await manyLeads(server);
  await dashboard.visit(page, LIST);
  await inSight(page, all, { first: 0 });
  await dragTo(page, MIDDLE);
  const { first, last } = await inSight(page, all);
  const lead = all[first + 2];
  await page.evaluate(() => {
    for (const row of document.querySelectorAll("tr.row")) row.isKnown = true;
  });
  lead.name += " renamed";
  await server.api(`/api/businesses/${lead.id}`, { name: lead.name }, { method: "PATCH", version: lead.version });
  await inSight(page, all, { first });
  const row = page.locator("tr.row", { has: page.getByRole("link", { name: lead.name, exact: true }) });
  assert.match(await row.getAttribute("class"), /row--changed/, "the change is marked");
  const anew = await page.evaluate(([from, to]) => {
    const inSight = ({ ariaRowIndex }) => ariaRowIndex - 2 >= from && ariaRowIndex - 2 <= to;
    return [...document.querySelectorAll("tr.row")].filter((row) => inSight(row) && !row.isKnown).length;
  }, [first, last]);
  assert.equal(anew, 0);
});

journey("what comes and goes above leaves on screen what is there", async ({ page, server }) => {
  const all = await manyLeads(server);
  await dashboard.visit(page, LIST);
  await inSight(page, all, { first: 0 });
  await dragTo(page, MIDDLE);
  const before = await inSight(page, all);
  const name = all[before.first + 2].name;
  const top = () => page.getByRole("link", { name, exact: true }).evaluate((link) => link.getBoundingClientRect().top);
  const stood = await top();
  const { id } = await server.api("/api/businesses", { name: "AAA first of all" });
  all.unshift(await server.api(`/api/businesses/${id}`));
  await inSight(page, all, { first: before.first + 1 });
  assert.ok(Math.abs((await top()) - stood) < 2, "it stays where it was");
});

journey("a filter while the list is scrolled shows its own from the begin", async ({ page, server }) => {
  await manyLeads(server);
  await dashboard.visit(page, LIST);
  await dragTo(page, MIDDLE);
  await until("rows are there", async () => (await look(page)).first > 900);
  await page.keyboard.press("/");
  await page.keyboard.type("Liike 12");
  await page.waitForURL(/search=Liike/);
  await until("only what matches is listed, from its begin", async () => {
    const { data, meta } = await server.api("/api/businesses?sort=name&search=Liike%2012&limit=200");
    const seen = await look(page);
    return seen.first === 0 && seen.count === meta.total && Object.entries(seen.names).every(([place, name]) => data[place].name === name);
  });
  assert.equal(new URL(page.url()).searchParams.get("page"), null);
});

journey("rows that cannot be loaded say so, and can be asked for again", async ({ page, server, problems }) => {
  problems.expect(/status of 500|answer 500|500 .*\/api\/businesses/);
  const all = await manyLeads(server);
  await dashboard.visit(page, LIST);
  await inSight(page, all, { first: 0 });
  let fails = true;
  await page.route("**/api/businesses?**", (route) => (fails ? route.fulfill({ status: 400, body: "" }) : route.continue()));
  problems.expect(/status of 400/);
  await dragTo(page, MIDDLE);
  const again = page.getByRole("region", { name: "List of leads" }).getByRole("button", { name: "Try again" });
  await again.waitFor();
  fails = false;
  await again.click();
  await inSight(page, all);
  await again.waitFor({ state: "detached" });
});

journey("on a phone the cards of the whole list scroll as one", async ({ page, server }) => {
  const all = await manyLeads(server);
  await dashboard.visit(page, LIST);
  await inSight(page, all);
  await dragTo(page, MIDDLE);
  await inSight(page, all);
  await fitsAndIsAccessible(page, "the middle of a long list of cards");
  await page.setViewportSize({ width: 800, height: 390 });
  const turned = await inSight(page, all);
  assert.ok(Math.abs(turned.first - MIDDLE) < 20, `turned, the phone shows ${turned.first}`);
}, { viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true });

journey("without script the list has pages", async ({ page, server, problems }) => {
  problems.expect(SCRIPT_BLOCKED);
  const all = await manyLeads(server);
  await page.goto(`${LIST}&page=3`);
  const rows = dashboard.rows(page);
  assert.deepEqual(await rows.allInnerTexts(), all.slice(100, 150).map((lead) => lead.name));
  await page.getByRole("link", { name: "Next page" }).click();
  await page.waitForURL(/page=4/);
  assert.deepEqual(await rows.allInnerTexts(), all.slice(150, 200).map((lead) => lead.name));
}, { javaScriptEnabled: false });
