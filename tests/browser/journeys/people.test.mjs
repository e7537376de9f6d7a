// How people set their browsers up, and what they call their businesses.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { fitsAndIsAccessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import { launchWithProfile } from "../lib/launch.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS, tabTo } from "../lib/page.mjs";
import { Problems } from "../lib/problems.mjs";
import { until } from "../lib/wait.mjs";

const DAY = 24 * 60 * 60 * 1000;

/** Pages of the application with what a search brings, and a form. */
async function somePages(server) {
  const { jobId } = await server.search({ ...RESTAURANTS, maxResults: 40 });
  const { data } = await server.api("/api/businesses?limit=1");
  return ["/", "/find", "/leads", `/leads/${data[0].id}`, "/jobs", `/jobs/${jobId}`, "/leads/new"];
}

async function open(page, path) {
  if (path === "/leads/new") await page.goto(path);
  else await dashboard.visit(page, path);
}

// A window of 1280 by 1024 at 400 % has room for this much.
journey("every page can be read and used at a zoom of 400 %", async ({ page, server }) => {
  for (const path of await somePages(server)) {
    await open(page, path);
    await fitsAndIsAccessible(page, `${path} at 400 %`);
    await focusIsSeen(page, path);
  }
}, { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 });

for (const [name, width] of Object.entries({ "a wide window": 1280, "a phone": 390 })) {
  journey(`every page bears letters of twice the size in ${name}`, async ({ page, context, server }) => {
    const session = await context.newCDPSession(page);
    await session.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
    for (const path of await somePages(server)) {
      await open(page, path);
      assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), "32px");
      await fitsAndIsAccessible(page, `${path} in large letters`);
      assert.deepEqual(await page.evaluate(cutControls), [], `${path}: text of controls is cut off`);
    }
  }, { viewport: { width, height: 844 } });
}

/** Goes through the page by Tab: what has the focus comes into sight, at least the height of its first line. */
async function focusIsSeen(page, path) {
  for (let step = 0; step < 25; step += 1) {
    await page.keyboard.press("Tab");
    await until(`${path}: what has the focus is in sight`, async () => {
      const focused = await page.evaluate(whereFocusIs);
      if (!focused.isSeen) throw new Error(`${focused.html} at ${focused.x}, ${focused.y}`);
      return true;
    }, 5_000);
  }
}

/** Runs on the page: what has the focus, where, and whether nothing else is to be seen there. */
function whereFocusIs() {
  const element = document.activeElement;
  if (element === document.body) return { isSeen: true };
  const [box] = element.getClientRects();
  // In a row that scrolls sideways, the part that is on screen.
  const x = Math.round((Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2);
  const y = Math.round(box.top + Math.min(box.height, 20) / 2);
  const top = document.elementFromPoint(x, y);
  const isSeen = Boolean(top) && (element.contains(top) || top.contains(element) || element.labels?.[0]?.contains(top));
  return { isSeen, x, y, html: element.outerHTML.slice(0, 120) };
}

/** Runs on the page: buttons, links that look like them, and fields whose text is higher than they are. */
function cutControls() {
  const controls = [...document.querySelectorAll("button, .btn, .chip, input, select")];
  const seen = controls.filter((control) => control.checkVisibility() && control.getBoundingClientRect().height > 1);
  const cut = seen.filter((control) => control.scrollHeight > control.clientHeight + 1);
  return cut.map((control) => `${control.outerHTML.slice(0, 120)}: ${control.scrollHeight} in ${control.clientHeight} px`);
}

const NAMES = [
  "مقهى الشمس",
  "בית קפה שמש 24/7",
  "Café \u202eoceanus\u202c Ltd",
  "👩‍👩‍👧‍👦 Famille & Söhne 🍕🇫🇮",
  "A\u0301\u0301\u0301 Zalgo\u0336\u0335\u0334",
  "日本料理 さくら",
  "<img src=x onerror=alert(1)> & Sons",
  "x".repeat(300),
];

journey("names in any script, with pictures or markup are shown as they are and found again", async ({ page, server }) => {
  const ids = [];
  for (const name of NAMES) ids.push((await server.api("/api/businesses", { name, city: "Espoo", phone: "+358 9 310 1691" })).id);
  await dashboard.visit(page, "/leads?sort=createdAt");
  const shown = (await dashboard.rows(page).allTextContents()).map((name) => name.normalize());
  assert.deepEqual(shown, NAMES.map((name) => name.normalize()));
  await fitsAndIsAccessible(page, "names of all kinds");
  assert.deepEqual(await page.evaluate(cellsOutOfOrder), [], "a name moves the cells beside it");
  for (const [at, id] of ids.entries()) {
    await dashboard.visit(page, `/leads/${id}`);
    const name = await page.getByRole("heading", { level: 1 }).textContent();
    assert.equal(name.normalize(), NAMES[at].normalize());
    assert.ok((await page.title()).includes("Le Tip"));
    await fitsAndIsAccessible(page, `the lead ${NAMES[at].slice(0, 40)}`);
  }
  for (const [words, id] of [["الشمس", ids[0]], ["קפה", ids[1]], ["famille", ids[3]], ["さくら", ids[5]]]) {
    await dashboard.visit(page, `/leads?search=${encodeURIComponent(words)}`);
    await until(`${words} finds its lead`, async () => {
      const links = await dashboard.rows(page).evaluateAll((all) => all.map((link) => link.pathname));
      return links.length === 1 && links[0] === `/leads/${id}`;
    });
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await dashboard.visit(page, "/leads?sort=createdAt");
  await fitsAndIsAccessible(page, "names of all kinds on a phone");
});

/** Runs on the page: rows whose cells do not follow each other from left to right. */
function cellsOutOfOrder() {
  const rows = [...document.querySelectorAll("tbody tr")];
  const lefts = (row) => [...row.cells].map((cell) => cell.getBoundingClientRect().left);
  return rows.filter((row) => lefts(row).some((left, at, all) => left < all[at - 1])).map((row) => row.innerText);
}

journey("a name of 10,000 letters is refused in words, by the form and by the API", async ({ page, server, problems }) => {
  problems.expect(/status of 422/);
  const name = "Ü".repeat(10_000);
  await page.goto("/leads/new");
  const field = page.getByLabel("Name", { exact: true });
  await field.evaluate((input, value) => {
    // As a paste into a browser that does not know the limit.
    input.removeAttribute("maxlength");
    input.value = value;
  }, name);
  await page.getByLabel("City").fill("Espoo");
  await page.getByRole("button", { name: "Add the lead" }).click();
  await page.locator("#name-error").waitFor();
  assert.match(await page.locator("#name-error").innerText(), /300 characters/);
  assert.equal(await field.inputValue(), name, "what was typed is kept");
  assert.equal(await page.getByLabel("City").inputValue(), "Espoo");
  await fitsAndIsAccessible(page, "a refused name of 10,000 letters");
  const refused = await fetch(`${server.url}/api/businesses`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name }),
  });
  assert.equal(refused.status, 422);
  const { errors } = await refused.json();
  assert.deepEqual(errors.map((error) => error.field), ["name"]);
  assert.equal((await server.api("/api/businesses?limit=1")).meta.total, 0);
});

journey("where storage is forbidden, the page is live and its appearance lasts as long as it does", async ({ server }) => {
  await server.search({ ...RESTAURANTS, maxResults: 40 });
  await withoutStorage(async (context) => {
    const problems = new Problems();
    const page = context.pages()[0] ?? (await context.newPage());
    problems.watch(page);
    const walk = async () => {
      await dashboard.visit(page, `${server.url}/leads`);
      assert.equal(await page.evaluate(storageError), "SecurityError", "storage is forbidden");
      await page.getByTitle("Dark", { exact: true }).click();
      const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
      await until("the page is dark", async () => (await scheme()) === "dark");
      await page.getByRole("searchbox", { name: "Search leads" }).fill("sushi");
      await page.waitForURL(/search=sushi/);
      await page.getByRole("link", { name: "Clear all" }).first().click();
      await page.waitForURL((url) => !url.searchParams.has("search"));
      await server.api("/api/businesses", { name: "Kahvila Uusi" });
      await page.getByRole("link", { name: "Kahvila Uusi" }).waitFor();
      await tabTo(page, "Kahvila Uusi");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { level: 1, name: "Kahvila Uusi" }).waitFor();
    };
    await Promise.race([walk(), problems.unexpected]);
    problems.assertNone();
  });
});

function storageError() {
  try {
    return String(globalThis.localStorage.length);
  } catch (error) {
    return error.name;
  }
}

/** A browser whose settings let no site keep anything. */
async function withoutStorage(steps) {
  const profile = await mkdtemp(join(tmpdir(), "letip-profile-"));
  await mkdir(join(profile, "Default"));
  const settings = { profile: { default_content_setting_values: { cookies: 2 } } };
  await writeFile(join(profile, "Default/Preferences"), JSON.stringify(settings));
  const context = await launchWithProfile(profile, { locale: "en-US" });
  try {
    await steps(context);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}

for (const [name, off] of Object.entries({ "a day fast": DAY, "a day slow": -DAY })) {
  journey(`on a clock that is ${name}, ages are right and changes arrive`, async ({ page, server }) => {
    await server.search({ ...RESTAURANTS, maxResults: 20 });
    await page.clock.install({ time: Date.now() + off });
    await dashboard.visit(page, "/leads");
    assert.equal(await page.evaluate((off) => Math.abs(Date.now() - off) > 0, off), true);
    const ages = () => page.locator("tbody time").allInnerTexts();
    assert.deepEqual([...new Set(await ages())], ["just now"]);
    await server.api("/api/businesses", { name: "Kahvila Uusi" });
    await page.getByRole("link", { name: "Kahvila Uusi" }).waitFor();
    // Ages are counted anew from time to time.
    await page.clock.runFor(20_000);
    assert.deepEqual([...new Set(await ages())], ["just now"]);
    await page.clock.runFor(5 * 60_000);
    await until("ages follow the time that passes", async () => (await ages()).every((age) => /^[456] min ago$/.test(age)));
    const jobId = await dashboard.find(page, RESTAURANTS);
    await server.finished(jobId);
    await dashboard.untilStatus(page, "Done");
  });
}
