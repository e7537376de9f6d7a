import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { accessible } from "../lib/axe.mjs";
import { button, corner, fact, noDeveloperPage, open, panel, program, rows, withPanel } from "../lib/developer.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS } from "../lib/page.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { until } from "../lib/wait.mjs";

const developers = (name, steps, options) => journey(name, steps, { skip: noDeveloperPage, ...options });

/** One lead on its page, with the panel open at its query, and what is asked of the server for it. */
async function atLead({ page, server, context }) {
  await withPanel(context);
  await server.search({ ...RESTAURANTS, maxResults: 5 });
  const { data } = await server.api("/api/businesses?limit=1");
  const [lead] = data;
  await dashboard.visit(page, `/leads/${lead.id}`);
  const asked = [];
  page.on("request", (request) => {
    if (new URL(request.url()).pathname === `/api/businesses/${lead.id}`) asked.push(request.method());
  });
  await open(page);
  await rows(page).filter({ hasText: new RegExp(`\\["business",\\{"id":${lead.id}\\}\\]`) }).click();
  await fact(page, "State").waitFor();
  return { lead, asked, name: page.getByRole("heading", { name: lead.name, level: 1 }) };
}

developers("the page that is shipped has nothing of the panel", async ({ page, server }) => {
  const words = "Developer panel";
  assert.ok((await program()).includes(words), "the other page's program has its words");
  const loaded = [];
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (/^\/assets\/.*\.(wasm|js)$/.test(pathname)) loaded.push(pathname);
  });
  for (const path of ["/", "/leads", "/jobs", "/find"]) await dashboard.visit(page, path);
  const modules = new Set(loaded);
  assert.ok([...modules].some((path) => path.endsWith(".wasm")), [...modules].join(" "));
  for (const path of modules) {
    const bytes = Buffer.from(await (await fetch(`${server.url}${path}`)).arrayBuffer());
    assert.ok(!bytes.includes(words), path);
  }
});

developers("each action on a query does what it says, and can be seen on the page", async (world) => {
  const { page } = world;
  const { lead, asked, name } = await atLead(world);
  assert.match(await fact(page, "Data").innerText(), /BusinessDetail/);
  const shown = JSON.parse(await panel(page).getByLabel("Data", { exact: true }).innerText());
  assert.equal(JSON.stringify(shown).includes(lead.name), true, "data is shown as JSON");
  await panel(page).getByRole("heading", { name: /\d+ observers?/ }).waitFor();
  const askedAgain = async (by) => {
    const before = asked.length;
    await button(page, by).click();
    await until(`it is asked for by ${by}`, () => asked.length > before);
  };

  await askedAgain("Refetch");
  await until("it has come", async () => /just now|\d s ago/.test(await fact(page, "Updated").innerText()));
  await askedAgain("Invalidate");
  await until("it is valid again", async () => !(await fact(page, "State").innerText()).includes("invalidated"));

  await button(page, "Force loading").click();
  await name.waitFor({ state: "detached" });
  assert.match(await fact(page, "State").innerText(), /forced/);
  const before = asked.length;
  await button(page, "Refetch").click();
  await button(page, "Invalidate").click();
  await until("it is invalid", async () => /forced/.test(await fact(page, "State").innerText()));
  assert.equal(asked.length, before, "nothing takes it out of its state");
  await button(page, "Undo").click();
  await name.waitFor();
  assert.ok(await button(page, "Undo").isDisabled());

  await panel(page).getByLabel("Which error").selectOption("Timeout");
  await button(page, "Force error").click();
  await page.getByText("did not answer in time").first().waitFor();
  assert.match(await fact(page, "Error").innerText(), /did not answer in time/);
  await button(page, "Undo").click();
  await name.waitFor();
  await fact(page, "Error").waitFor({ state: "detached" });

  await askedAgain("Reset");
  await name.waitFor();

  const count = await rows(page).count();
  await button(page, "Remove").click();
  await until("it is listed no more", async () => (await rows(page).count()) < count);
  await until("the focus is somewhere", async () => (await focusedLabel(page)) === "Filter queries by key or state");
  assert.ok(await name.isVisible(), "who observed it goes on showing it");
});

developers("without a network queries wait, and go on when it is back", async (world) => {
  const { page } = world;
  const { asked } = await atLead(world);
  await button(page, "Offline").click();
  assert.equal(await button(page, "Offline").getAttribute("aria-pressed"), "true");
  const before = asked.length;
  await button(page, "Refetch").click();
  await until("it is paused", async () => /paused/.test(await fact(page, "State").innerText()));
  assert.equal(asked.length, before);
  await button(page, "Offline").click();
  await until("it goes on", async () => asked.length > before);
  await until("it is through", async () => !/paused|fetching/.test(await fact(page, "State").innerText()));
});

developers("times count down, and a query that nobody observes is collected", async (world) => {
  const { page } = world;
  await atLead(world);
  await button(page, "Refetch").click();
  const left = async () => Number(/in (?:\d+ min )?(\d+) s/.exec(await fact(page, "Stale").innerText())?.[1]);
  const first = await until("it says when it is stale", left);
  await until("a second has passed", async () => (await left()) !== first);
  assert.match(await fact(page, "Collected").innerText(), /after the last observer/);
  await page.getByRole("link", { name: "Jobs", exact: true }).click();
  await until("nobody observes it", async () => /inactive/.test(await fact(page, "State").innerText()));
  assert.match(await fact(page, "Collected").innerText(), /^in \d+ min/);
});

developers("the list is filtered and ordered, and keys do in the panel what they do there alone", async (world) => {
  const { page, server, context } = world;
  await withPanel(context);
  await server.search(RESTAURANTS);
  await dashboard.visit(page, "/leads");
  await page.keyboard.press("j");
  const row = await focusedText(page);
  await corner(page).focus();
  await page.keyboard.press("Enter");
  await panel(page).waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await focusedText(page), "Queries");
  for (const [key, name] of [["ArrowRight", "Mutations"], ["End", "Timeline"], ["ArrowRight", "Queries"]]) {
    await page.keyboard.press(key);
    await until(`${name} has the focus`, async () => (await focusedText(page)) === name);
  }
  const all = await rows(page).count();
  await panel(page).getByRole("searchbox").focus();
  await page.keyboard.type("businesses n/?");
  assert.equal(await page.getByRole("dialog").count(), 0);
  assert.equal(new URL(page.url()).pathname, "/leads", "what is typed here means nothing to the page");
  await panel(page).getByText("No query fits the filter.").waitFor();
  await panel(page).getByRole("searchbox").fill("businesses");
  await until("few are left", async () => (await rows(page).count()) < all && (await rows(page).count()) > 0);
  await panel(page).getByRole("searchbox").fill("");
  await panel(page).getByLabel("Order", { exact: true }).selectOption("as they were made");
  const made = await rows(page).allInnerTexts();
  await button(page, "Reverse the order").click();
  await until("the last comes first", async () => keyOf((await rows(page).allInnerTexts())[0]) === keyOf(made.at(-1)));
  await page.keyboard.press("Escape");
  await panel(page).waitFor({ state: "detached" });
  await until("the button has the focus again", async () => /Developer panel/.test(await focusedText(page)));
  assert.ok(row.length > 0);
});

developers("mutations, entities and who shows them are there", async (world) => {
  const { page, problems } = world;
  problems.expect(/status of 409/);
  const { lead } = await atLead(world);
  await page.route("**/api/enrichment/*", (route) =>
    route.fulfill({
      status: 409,
      contentType: "application/problem+json",
      body: JSON.stringify({ type: "/problems/conflict", title: "Conflict", status: 409, detail: "it is enriched already" }),
    }));
  await page.getByRole("button", { name: "Enrich now" }).click();
  await panel(page).getByRole("tab", { name: "Mutations" }).click();
  await rows(page, "Mutations").filter({ hasText: "failed" }).first().click();
  assert.match(await fact(page, "Error").innerText(), /enriched already/);
  assert.match(await fact(page, "Idempotency key").innerText(), /\S/);

  await panel(page).getByRole("tab", { name: "Entities" }).click();
  await panel(page).getByRole("img", { name: /nodes? of entities/ }).waitFor();
  await panel(page).getByRole("searchbox").fill(`Business ${lead.id}`);
  await rows(page, "Entities").first().click();
  await panel(page).getByRole("heading", { name: /Shown by \d+ quer/ }).waitFor();
  await panel(page).getByRole("button", { name: new RegExp(`^\\["business",\\{"id":${lead.id}\\}`) }).first().click();
  await panel(page).getByRole("heading", { name: /entit/ }).waitFor();
  await panel(page).getByRole("button", { name: `Business ${lead.id}`, exact: true }).click();
  await panel(page).getByRole("img", { name: /nodes? of entities/ }).waitFor();
});

developers("what happened is listed with its cause, and saved as a trace", async (world) => {
  const { page } = world;
  const { asked } = await atLead(world);
  await panel(page).getByRole("tab", { name: "Timeline" }).click();
  await panel(page).getByLabel("Keep data, from now on").check();
  await panel(page).getByRole("tab", { name: "Queries" }).click();
  const before = asked.length;
  await button(page, "Refetch").click();
  await until("it is asked for", () => asked.length > before);
  await panel(page).getByRole("tab", { name: "Timeline" }).click();
  await panel(page).getByRole("cell", { name: "panel: refetch" }).first().waitFor();
  await panel(page).getByRole("cell", { name: "success" }).first().waitFor();
  const saved = page.waitForEvent("download");
  await button(page, "Export").click();
  const download = await saved;
  assert.equal(download.suggestedFilename(), "trace.jsonl");
  const lines = (await readFile(await download.path(), "utf8")).trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(lines.some((line) => line.event === "fetch" && line.cause === "panel: refetch"));
  assert.ok(lines.some((line) => line.event === "success" && line.query.data !== undefined), "with data it plays again");
  await button(page, "Clear").click();
  await panel(page).getByText("Nothing has happened yet.").waitFor();
});

developers("it is accessible in light, dark and on a phone", async (world) => {
  const { page } = world;
  await atLead(world);
  await inEveryView(page, "devtools-query", (view) => accessible(page, `the panel's query, ${view.name}`));
  for (const tab of ["Entities", "Timeline", "Mutations"]) {
    await panel(page).getByRole("tab", { name: tab }).click();
    await inEveryView(page, `devtools-${tab.toLowerCase()}`, (view) => accessible(page, `${tab}, ${view.name}`));
  }
  await panel(page).getByRole("tab", { name: "Queries" }).click();
  await page.setViewportSize({ width: 390, height: 844 });
  await button(page, "Back to the list").click();
  await inEveryView(page, "devtools-list", (view) => accessible(page, `the panel's list, ${view.name}`));
  await button(page, "Close").click();
  await inEveryView(page, "devtools-closed", (view) => accessible(page, `the closed panel, ${view.name}`));
});

developers("touch has room", async ({ page, context }) => {
  await withPanel(context);
  await dashboard.visit(page, "/");
  await corner(page).tap();
  for (const control of [button(page, "Close"), rows(page).first(), panel(page).getByRole("tab", { name: "Queries" })]) {
    const box = await control.boundingBox();
    assert.ok(box.height >= 44, `${box.height} px`);
  }
}, { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

const keyOf = (text) => /\[.*\]/.exec(text)?.[0];

/** What has the focus, in the panel too. */
function focusedText(page) {
  return page.evaluate(() => {
    const at = document.activeElement;
    return (at.shadowRoot?.activeElement ?? at).textContent.trim();
  });
}

function focusedLabel(page) {
  return page.evaluate(() => {
    const at = document.activeElement;
    return (at.shadowRoot?.activeElement ?? at).getAttribute("aria-label");
  });
}
