import assert from "node:assert/strict";

import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS } from "../lib/page.mjs";
import { until } from "../lib/wait.mjs";

journey("filters stand in the address: a reload and the way back keep them", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  await server.search({ ...RESTAURANTS, category: "cafe" });
  await dashboard.visit(page, "/leads");
  const all = await names(page);
  await page.getByRole("group", { name: "Filters" }).getByText("Category", { exact: true }).click();
  await page.getByRole("list", { name: "Category" }).getByRole("link", { name: /^restaurant/i }).click();
  await page.waitForURL(/category=restaurant/);
  // The cafes are the newer ones: the first page without a filter has nothing else.
  const wanted = await server.api("/api/businesses?category=restaurant&limit=50");
  await total(page, wanted.meta.total);
  await until("the filtered rows are listed", async () => begins(await names(page), wanted.data.map((it) => it.name)));
  const filtered = await names(page);
  assert.notDeepEqual(filtered, all);
  await page.reload();
  await dashboard.live(page);
  await until("the filtered rows are back", async () => begins(await names(page), filtered));
  await page.goBack();
  await page.waitForURL((url) => !url.searchParams.has("category"));
  await until("all rows are back", async () => begins(await names(page), all));
});

journey("leads are filtered by a tag, once there is one", async ({ page, server }) => {
  const leads = await Promise.all(["Alpha", "Beta", "Gamma"].map((name) => server.api("/api/businesses", { name })));
  await dashboard.visit(page, "/leads");
  const filters = page.getByRole("group", { name: "Filters" });
  await filters.getByText("Category", { exact: true }).waitFor();
  assert.equal(await filters.getByText("Tag", { exact: true }).count(), 0, "there is no tag to choose");
  for (const [{ id, version }, tags] of [[leads[0], ["warm"]], [leads[1], ["warm", "call back"]]]) {
    await server.api(`/api/businesses/${id}`, { tags }, { method: "PATCH", version });
  }
  await filters.getByText("Tag", { exact: true }).click();
  const menu = page.getByRole("list", { name: "Tag" });
  await until("the menu counts", async () => {
    const entries = await menu.getByRole("link").allInnerTexts();
    return entries.map((text) => text.replaceAll(/\s+/g, " ").trim()).join() === "Any,warm 2,call back 1";
  });
  await menu.getByRole("link", { name: /^call back/ }).click();
  await page.waitForURL(/tag=call/);
  await total(page, 1);
  await until("one row is left", async () => (await names(page)).join() === "Beta");
});

journey("words find leads as they are typed, and the address follows", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  await dashboard.visit(page, "/leads");
  await page.getByRole("searchbox", { name: "Search leads" }).fill("sushi");
  await page.waitForURL(/search=sushi/);
  await until("only what matches is listed", async () => {
    const shown = await names(page);
    return shown.length > 0 && (await server.api("/api/businesses?search=sushi")).meta.total === (await totalOf(page));
  });
  await page.getByRole("searchbox", { name: "Search leads" }).fill("zzzz");
  await page.getByText("No lead matches these filters").waitFor();
  await page.getByRole("link", { name: "Clear all filters" }).first().click();
  await until("all rows are back", async () => (await names(page)).length > 0);
});

journey("a head orders the table, and its order stands in the address", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  await dashboard.visit(page, "/leads");
  await page.getByRole("columnheader", { name: "Name" }).getByRole("link").click();
  await page.waitForURL(/sort=/);
  const sort = new URL(page.url()).searchParams.get("sort");
  const { data } = await server.api(`/api/businesses?sort=${sort}&limit=5`);
  await until("the rows are in order", async () => same((await names(page)).slice(0, 5), data.map((it) => it.name)));
});

journey("a lead shows what is known and where it comes from", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  const { data } = await server.api("/api/businesses?hasPhone=true&hasWebsite=true&limit=1");
  const [lead] = data;
  await dashboard.visit(page, `/leads?search=${encodeURIComponent(lead.name)}`);
  await page.getByRole("link", { name: lead.name, exact: true }).first().click();
  await page.waitForURL(`**/leads/${lead.id}`);
  await page.getByRole("heading", { level: 1, name: lead.name }).waitFor();
  assert.equal(await page.locator(`a[href="tel:${lead.phone}"]`).count() > 0, true, "the phone can be called");
  const sources = page.getByRole("region", { name: "Sources" });
  await sources.getByText(lead.sources[0].licence).first().waitFor();
  await sources.getByText(lead.sources[0].sourceId).first().waitFor();
});

journey("a lead that is not there is a page that says so, with status 404", async ({ page, problems }) => {
  problems.expect(/status of 404/);
  const answer = await page.goto("/leads/999999");
  assert.equal(answer.status(), 404);
  await page.getByText("No such lead").first().waitFor();
  await page.getByRole("link", { name: "All leads" }).waitFor();
});

journey("everything can be done by keyboard", async ({ page, server }) => {
  await dashboard.visit(page, "/");
  await page.keyboard.press("n");
  await page.waitForURL("**/find");
  await tabTo(page, "#location");
  await page.keyboard.type(RESTAURANTS.location);
  await tabTo(page, "#category");
  await page.keyboard.type("restau");
  const first = page.getByRole("listbox", { name: "Suggestions for Trade" }).getByRole("option").first();
  // What is suggested for the first letters is something else.
  await until("the whole word has its suggestions", async () => /restaurant/i.test((await first.textContent()) ?? ""));
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.match(await page.locator("#category").inputValue(), /restaurant/i);
  await tabTo(page, "#radiusKm");
  await page.keyboard.type("1");
  await page.keyboard.press("Enter");
  const jobId = await dashboard.jobOf(page);
  await server.finished(jobId);
  await until("rows are listed", async () => (await dashboard.results(page).count()) > 1);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const name = await page.evaluate(() => document.activeElement.textContent);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/leads\/\d+$/);
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("l");
  await page.waitForURL(/\/leads$/);
  // The page before stays in place until the program of this one is there.
  await page.locator("[data-search]").waitFor();
  await page.keyboard.press("/");
  await until("the search field has the focus", () => page.evaluate(() => document.activeElement.name === "search"));
});

journey("the focus can be seen wherever Tab goes", async ({ page, server }) => {
  await server.search({ ...RESTAURANTS, maxResults: 5 });
  await dashboard.visit(page, "/leads");
  const first = await focusedAfterTab(page);
  const seen = new Set();
  for (let step = 0; step < 80; step += 1) {
    const focused = await focusedAfterTab(page);
    if (focused.path === first.path || focused.path === "body") break;
    assert.ok(focused.visible, `${focused.path} takes the focus and cannot be seen`);
    assert.ok(focused.outlined, `${focused.path} does not show that it has the focus`);
    seen.add(focused.path);
  }
  assert.ok(seen.size > 10, `Tab reached only ${seen.size} elements`);
});

function names(page) {
  return dashboard.rows(page).allInnerTexts();
}

function same(one, two) {
  return JSON.stringify(one) === JSON.stringify(two);
}

/** Whether rows are shown, and are those that the list begins with: a document has those near the screen only. */
function begins(shown, list) {
  const length = Math.min(shown.length, list.length);
  return length > 10 && same(shown.slice(0, length), list.slice(0, length));
}

async function totalOf(page) {
  const text = await page.locator(".active__total").innerText();
  return Number(/^[\d,]+/.exec(text)?.[0].replaceAll(",", ""));
}

async function total(page, wanted) {
  await until(`the list counts ${wanted}`, async () => (await totalOf(page)) === wanted);
}

/** Presses Tab until the element has the focus. */
async function tabTo(page, selector) {
  const target = page.locator(selector);
  await target.waitFor();
  for (let step = 0; step < 60; step += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab does not reach ${selector}`);
}

/** What has the focus after Tab, whether it is on screen, and whether it looks focused. */
async function focusedAfterTab(page) {
  await page.keyboard.press("Tab");
  return page.evaluate(() => {
    const element = document.activeElement;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    // A link that stands for its row marks the row, by what it puts after itself.
    const isMarked = ({ outlineStyle, outlineWidth, boxShadow }) =>
      (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
    const path = [];
    for (let at = element; at && at !== document.documentElement; at = at.parentElement) {
      const place = at.parentElement ? [...at.parentElement.children].indexOf(at) : 0;
      path.unshift(`${at.localName}:${place}`);
    }
    return {
      path: element === document.body ? "body" : path.join(" "),
      visible: box.width > 0 && box.height > 0,
      outlined: [style, getComputedStyle(element, "::after")].some(isMarked),
    };
  });
}

journey("a change from elsewhere is marked for a while, without motion for who wants none", async ({ page, server }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const { id, version } = await server.api("/api/businesses", { name: "Kahvila" });
  await dashboard.visit(page, "/leads");
  const row = page.getByRole("row").filter({ hasText: "Kahvila" });
  const ground = (row) => row.evaluate((it) => getComputedStyle(it).backgroundColor);
  const plain = await ground(row);
  await server.api(`/api/businesses/${id}`, { city: "Espoo" }, { method: "PATCH", version });
  await row.getByText("Espoo").waitFor();
  const { colours, lasted } = await row.evaluate((it, plain) => new Promise((resolve) => {
    const [begin, colours] = [performance.now(), new Set()];
    const look = () => {
      const colour = getComputedStyle(it).backgroundColor;
      if (colour === plain) return resolve({ colours: [...colours], lasted: performance.now() - begin });
      colours.add(colour);
      requestAnimationFrame(look);
    };
    look();
  }), plain);
  assert.equal(colours.length, 1, `it fades: ${colours.join(", ")}`);
  assert.ok(lasted > 1000 && lasted < 5000, `it stood for ${lasted} ms`);
});

journey("a column is as wide as what it holds needs", async ({ page, server }) => {
  const lead = { name: "Kahvila Kuu", phone: "+358 44 0337609", email: "info@kahvilakuu.fi", website: "https://kahvila.fi" };
  await server.api("/api/businesses", lead);
  await page.setViewportSize({ width: 1280, height: 900 });
  await dashboard.visit(page, "/leads");
  const row = page.getByRole("row").filter({ hasText: lead.name });
  for (const column of ["name", "phone", "website", "email", "status", "added"]) {
    const [needs, has] = await row.locator(`.cell--${column}`).evaluate((it) => [it.scrollWidth, it.clientWidth]);
    assert.ok(needs <= has, `${column} needs ${needs} px and has ${has} px`);
  }
  const width = async (column) => (await row.locator(`.cell--${column}`).boundingBox()).width;
  assert.ok((await width("email")) > (await width("status")), "what differs from row to row has more room than what hardly does");
});
