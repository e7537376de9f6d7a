import assert from "node:assert/strict";

import { accessible, fitsAndIsAccessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS } from "../lib/page.mjs";
import { setUp } from "../lib/person.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { shift, watchShift } from "../lib/shift.mjs";
import { until } from "../lib/wait.mjs";

const CHUNK = /\/assets\/dashboard-palette-[0-9a-f]+\.wasm$/;

const palette = (page) => page.getByRole("dialog", { name: "Command palette" });
const field = (page) => page.getByRole("combobox", { name: "Search pages, actions and leads" });
const option = (page, name) => palette(page).getByRole("option", { name });

async function open(page) {
  await page.keyboard.press("Control+k");
  await field(page).waitFor();
}

/** The entry that Enter takes, as a screen reader is told. */
function active(page) {
  return page.evaluate(() => {
    const id = document.activeElement.getAttribute("aria-activedescendant");
    const option = document.getElementById(id);
    return option?.getAttribute("aria-selected") === "true" ? option.querySelector(".palette__name").textContent : undefined;
  });
}

const focused = (page) => page.evaluate(() => document.activeElement.textContent);

journey("everything is reached by keys, and the focus goes back where it was", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  const asked = [];
  page.on("request", (request) => CHUNK.test(request.url()) && asked.push(request.url()));
  await dashboard.visit(page, "/leads");
  await page.keyboard.press("j");
  const row = await focused(page);
  assert.deepEqual(asked, [], "a page that nobody searches loads nothing for it");
  await open(page);
  assert.equal(asked.length, 1);
  assert.equal(await active(page), "Overview");
  await page.keyboard.press("ArrowUp");
  const last = await active(page);
  await page.keyboard.press("ArrowDown");
  assert.equal(await active(page), "Overview", `${last} is the last, and the first is behind it`);
  await page.keyboard.press("Escape");
  await palette(page).waitFor({ state: "detached" });
  assert.equal(await focused(page), row);

  await open(page);
  await page.keyboard.type("jbs");
  await until("the jobs come first", async () => (await active(page)) === "Jobs");
  assert.deepEqual(await option(page, "Jobs").locator("mark").allInnerTexts(), ["J", "bs"]);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/jobs");
  await until("the page's title has the focus", async () => (await focused(page)) === "Jobs");

  // The same key closes it, and opens it from within a field too.
  await page.keyboard.press("/");
  await open(page);
  await page.keyboard.press("Control+k");
  await palette(page).waitFor({ state: "detached" });
  await open(page);
  assert.equal(asked.length, 1);
});

journey("it opens again however soon after it was closed", async ({ page }) => {
  await dashboard.visit(page, "/");
  for (let time = 0; time < 20; time += 1) {
    await open(page);
    await page.keyboard.press("Escape");
    await palette(page).waitFor({ state: "hidden" });
  }
});

journey("a lead is found by its name and opened, and all that match are one entry further", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  const { data } = await server.api("/api/businesses?limit=50&sort=name");
  const lead = data.find((it) => /^[A-Za-z]{5,}( |$)/.test(it.name));
  const word = lead.name.split(" ")[0].toLowerCase();
  await dashboard.visit(page, "/");
  await dashboard.mark(page);
  await page.getByRole("button", { name: "Jump to" }).click();
  await field(page).fill(word);
  const found = palette(page).getByRole("group", { name: "Leads" }).getByRole("option").filter({ hasNotText: "Search all leads" });
  await until("leads are listed", async () => (await found.count()) > 0);
  const marked = await found.first().locator("mark").allInnerTexts();
  assert.equal(marked.join("").toLowerCase(), word);
  const name = await found.first().locator(".palette__name").innerText();
  while ((await active(page)) !== name) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/leads\/\d+$/);
  await until("the lead is shown", async () => (await page.getByRole("heading", { level: 1 }).innerText()) === name);

  await open(page);
  await field(page).fill(word);
  await option(page, `Search all leads for “${word}”`).click();
  await page.waitForURL(`**/leads?search=${word}`);
  assert.ok(await dashboard.isMarked(page), "the page stayed the same document");
});

journey("what one may do, one's views and one's searches are there", async ({ page, server }) => {
  await setUp(page, server);
  await dashboard.find(page, RESTAURANTS);
  await dashboard.untilStatus(page, "Done");
  await page.goto("/leads/views?hasPhone=true");
  await page.getByLabel("Name").fill("Those to call");
  await page.getByRole("button", { name: "Save the view" }).click();
  await page.getByText("The view was saved.").waitFor();
  await dashboard.visit(page, "/leads?hasWebsite=true");
  await open(page);
  await option(page, "Restaurant within 1 km").first().waitFor();
  await option(page, "Users").waitFor();
  await field(page).fill("call");
  await option(page, "Those to call").click();
  await page.waitForURL("**/leads?hasPhone=true");

  await open(page);
  await field(page).fill("csv");
  const saved = page.waitForEvent("download");
  await page.keyboard.press("Enter");
  assert.match((await saved).url(), /\/export\?format=csv&hasPhone=true$/);

  const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  await open(page);
  await field(page).fill("dark");
  await page.keyboard.press("Enter");
  await until("the page is dark", async () => (await scheme()) === "dark");
  assert.ok(await page.getByTitle("Dark", { exact: true }).locator("input").isChecked());

  await open(page);
  await field(page).fill("shortcuts");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).getByText("Command palette").waitFor();
  await page.keyboard.press("Escape");

  await open(page);
  await field(page).fill("sign out");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Sign in" }).waitFor();
}, { signIn: true });

journey("it is accessible and fits in light, dark and on a phone, and moves nothing", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  await watchShift(page);
  await dashboard.visit(page, "/jobs");
  await open(page);
  assert.ok((await shift(page)) <= 0.02);
  await inEveryView(page, "palette", (view) => fitsAndIsAccessible(page, `palette, ${view.name}`));
  await field(page).fill("le");
  await until("leads are listed", async () =>
    (await palette(page).getByRole("group", { name: "Leads" }).getByRole("option").count()) > 1);
  await inEveryView(page, "palette-typed", async (view) => {
    await accessible(page, `palette with text, ${view.name}`);
    const { width, right } = await palette(page).boundingBox().then((box) => ({ ...box, right: box.x + box.width }));
    assert.ok(width > 0 && right <= view.width, `${view.name}: up to ${right} of ${view.width} px`);
  });
});

journey("touch has room, and a press beside it closes it", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await dashboard.visit(page, "/");
  await page.getByRole("button", { name: "Jump to" }).click();
  await field(page).waitFor();
  for (const control of [option(page, "Leads").first(), page.getByRole("button", { name: "Close" }), field(page)]) {
    const box = await control.boundingBox();
    assert.ok(box.height >= 44, `${box.height} px`);
  }
  await field(page).fill("jobs");
  await until("few entries are left", async () => (await palette(page).boundingBox()).height < 500);
  await page.mouse.click(195, 840);
  await palette(page).waitFor({ state: "detached" });
}, { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

journey("where its chunk does not load a notice says so, and the next try may succeed", async ({ page, problems }) => {
  problems.expect(/404 \(Not Found\)/);
  let refused = 0;
  await page.route(CHUNK, (route) => {
    refused += 1;
    return refused === 1 ? route.fulfill({ status: 404 }) : route.continue();
  });
  await dashboard.visit(page, "/");
  await page.keyboard.press("Control+k");
  await page.getByText("This did not load.").waitFor();
  await open(page);
});

journey("what it could not load it says, and asks for it again", async ({ page, problems }) => {
  problems.expect(/status of 403/);
  let refused = true;
  const problem = { type: "/problems/forbidden", title: "Forbidden", status: 403, detail: "not today" };
  const answer = { status: 403, contentType: "application/problem+json", body: JSON.stringify(problem) };
  await page.route("**/api/views", (route) => (refused ? route.fulfill(answer) : route.continue()));
  await dashboard.visit(page, "/");
  await open(page);
  const again = palette(page).getByRole("button", { name: "Try again" });
  await palette(page).getByText("Saved views could not be loaded: not today").waitFor();
  await option(page, "Leads").first().waitFor();
  refused = false;
  await again.click();
  await again.waitFor({ state: "detached" });
  await palette(page).getByText(/^\d+ results$/).waitFor();
});
