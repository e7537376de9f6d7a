import assert from "node:assert/strict";

import { accessible, fitsAndIsAccessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { SCRIPT_BLOCKED } from "../lib/problems.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { until } from "../lib/wait.mjs";

const LIST = "/leads?sort=name";

/** Leads by these names, all in one city. */
async function leads(server, ...names) {
  const made = [];
  for (const name of names) {
    made.push(await server.api("/api/businesses", { name, city: "Espoo", phone: "+358 9 6122 5661" }));
  }
  return made;
}

const names = (page) => page.getByRole("table").locator("[data-row]").allInnerTexts();
const listed = (page, ...expect) => until(`the list is ${expect}`, async () => {
  const shown = await names(page);
  if (shown.join() !== expect.join()) throw new Error(shown.join());
  return true;
});
const notice = (page, text) => page.locator(".toast").getByText(text);
const total = (page, text) => page.locator(".active__total", { hasText: new RegExp(`^${text}$`) }).waitFor();
const stored = async (server) => (await server.businesses()).map(({ name }) => name);

/** Has requests of that method to these addresses wait until `release()`, or answers them with `answer`. */
async function hold(page, method, addresses, answer) {
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  const seen = [];
  await page.route(addresses, async (route) => {
    if (route.request().method() !== method) return route.fallback();
    seen.push(route.request().url());
    await held;
    await (answer ? route.fulfill(answer) : route.continue()).catch(() => {});
  });
  return { release, seen };
}

const REFUSED = { status: 500, contentType: "application/problem+json", body: "{}" };

journey("a new lead is a row at once, and the server's row afterwards", async ({ page, server }) => {
  await leads(server, "Alpha", "Gamma");
  await dashboard.visit(page, LIST);
  const post = await hold(page, "POST", "**/api/businesses");
  await page.getByRole("link", { name: "Add a lead" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a lead" });
  await dialog.waitFor();
  await inEveryView(page, "lead-form", (view) => accessible(page, `the form over the page, ${view.name}`));
  await dialog.getByLabel("Name", { exact: true }).fill("Beta");
  await dialog.getByLabel("City", { exact: true }).fill("Espoo");
  await dialog.getByLabel("Tags", { exact: true }).fill("warm, call back");
  await dialog.getByRole("button", { name: "Add the lead" }).click();
  await listed(page, "Alpha", "Beta", "Gamma");
  await total(page, "3 leads");
  const row = page.locator("tr.row", { hasText: "Beta" });
  assert.equal(await row.locator("[aria-busy]").count(), 1, "the row leads nowhere before the server has named it");
  assert.deepEqual(await stored(server), ["Alpha", "Gamma"]);
  // From now on no frame may show it twice, or not at all.
  await page.evaluate(() => {
    globalThis.wrong = [];
    const look = () => {
      const shown = [...document.querySelectorAll("[data-row]")].filter((row) => row.textContent === "Beta").length;
      if (shown !== 1) globalThis.wrong.push(shown);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  post.release();
  await row.locator("a[data-row]").waitFor();
  await notice(page, "Beta was added.").waitFor();
  await listed(page, "Alpha", "Beta", "Gamma");
  assert.deepEqual(await page.evaluate(() => globalThis.wrong), []);
  const [beta] = (await server.api("/api/businesses?search=Beta")).data;
  assert.deepEqual(beta.tags, ["warm", "call back"]);
  await row.getByRole("link", { name: "Beta" }).click();
  await page.waitForURL(`**/leads/${beta.id}`);
});

journey("a lead that is refused comes back as its form, with what was typed", async ({ page, server, problems }) => {
  problems.expect(/status of 422/);
  await leads(server, "Alpha");
  await dashboard.visit(page, LIST);
  await page.getByRole("link", { name: "Add a lead" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a lead" });
  await dialog.getByLabel("Phone", { exact: true }).fill("12");
  await dialog.getByRole("button", { name: "Add the lead" }).click();
  // The name is missing: nobody has to be asked for that.
  await dialog.locator("#name-error").waitFor();
  assert.equal(await dialog.getByLabel("Phone", { exact: true }).inputValue(), "12");
  await dialog.getByLabel("Name", { exact: true }).fill("Beta");
  await dialog.getByLabel("Trade", { exact: true }).fill("florits");
  const post = await hold(page, "POST", "**/api/businesses");
  await dialog.getByRole("button", { name: "Add the lead" }).click();
  await listed(page, "Alpha", "Beta");
  post.release();
  await dialog.locator("#category-error").waitFor();
  await listed(page, "Alpha");
  assert.equal(await dialog.getByLabel("Trade", { exact: true }).inputValue(), "florits");
  assert.equal(await dialog.getByLabel("Name", { exact: true }).inputValue(), "Beta");
  await accessible(page, "a refused lead over the page");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.deepEqual(await stored(server), ["Alpha"]);
});

journey("a change is shown at once, and taken back where the server fails", async ({ page, server, problems }) => {
  problems.expect(/status of 500|answer 500/);
  const [alpha] = await leads(server, "Alpha", "Gamma");
  await dashboard.visit(page, LIST);
  await page.getByRole("link", { name: "Alpha" }).click();
  await page.waitForURL(`**/leads/${alpha.id}`);
  const patch = await hold(page, "PATCH", "**/api/businesses/*", REFUSED);
  await page.getByRole("link", { name: "Edit" }).click();
  const dialog = page.getByRole("dialog", { name: "Change Alpha" });
  await dialog.getByLabel("Name", { exact: true }).fill("Aleph");
  await dialog.getByLabel("Notes", { exact: true }).fill("Ask for Anna.\nNot on Mondays.");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { level: 1, name: "Aleph" }).waitFor();
  await page.getByText("Not on Mondays.").waitFor();
  patch.release();
  await dialog.getByRole("alert").waitFor();
  await page.locator("h1", { hasText: "Alpha" }).waitFor();
  assert.equal(patch.seen.length, 3, "it may succeed later, and was asked again");
  assert.equal(await dialog.getByLabel("Name", { exact: true }).inputValue(), "Aleph");
  assert.equal(await dialog.getByLabel("Notes", { exact: true }).inputValue(), "Ask for Anna.\nNot on Mondays.");
  await page.unroute("**/api/businesses/*");
  await dialog.getByRole("button", { name: "Save" }).click();
  await until("it is stored", async () => (await server.api(`/api/businesses/${alpha.id}`)).name === "Aleph");
  await page.getByRole("heading", { level: 1, name: "Aleph" }).waitFor();
});

journey("a change of an older version shows what came between, and goes on", async ({ page, server, problems }) => {
  problems.expect(/status of 412/);
  const [alpha] = await leads(server, "Alpha");
  await dashboard.visit(page, `/leads/${alpha.id}`);
  await page.getByRole("link", { name: "Edit" }).click();
  const dialog = page.getByRole("dialog", { name: "Change" });
  await dialog.getByLabel("Tags", { exact: true }).fill("mine");
  await dialog.getByLabel("Notes", { exact: true }).fill("my notes");
  await server.api(`/api/businesses/${alpha.id}`, { notes: "from elsewhere", city: "Vantaa" }, { method: "PATCH", version: alpha.version });
  await dialog.getByRole("button", { name: "Save" }).click();
  const between = dialog.getByRole("alert");
  await between.getByText("from elsewhere").waitFor();
  await between.getByText("Vantaa").waitFor();
  await accessible(page, "what came between");
  assert.equal(await dialog.getByLabel("Tags", { exact: true }).inputValue(), "mine");
  assert.equal(await dialog.getByLabel("Notes", { exact: true }).inputValue(), "my notes");
  assert.equal(await dialog.getByLabel("City", { exact: true }).inputValue(), "Vantaa");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "hidden" });
  const now = await until("it is stored", async () => {
    const now = await server.api(`/api/businesses/${alpha.id}`);
    return now.tags.length > 0 && now;
  });
  assert.deepEqual([now.notes, now.city, now.tags], ["my notes", "Vantaa", ["mine"]]);
});

journey("a lead that is deleted is gone from every list, and back where that is undone", async ({ page, context, server }) => {
  await leads(server, "Alpha", "Beta", "Gamma");
  const lists = [page];
  for (const address of ["/leads?city=Espoo&sort=name", "/leads?hasPhone=true&sort=-name"]) {
    const other = await context.newPage();
    await dashboard.visit(other, address);
    lists.push(other);
  }
  await dashboard.visit(page, LIST);
  await page.bringToFront();
  const asked = await hold(page, "DELETE", "**/api/businesses/*");
  asked.release();
  await page.getByRole("link", { name: "Beta" }).focus();
  await page.keyboard.press("Delete");
  await listed(page, "Alpha", "Gamma");
  await total(page, "2 leads");
  await notice(page, "Beta was deleted.").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await listed(page, "Alpha", "Beta", "Gamma");
  await total(page, "3 leads");
  // Once more, and this time it is left at that.
  await page.getByRole("link", { name: "Beta" }).focus();
  await page.keyboard.press("Delete");
  await listed(page, "Alpha", "Gamma");
  assert.deepEqual(asked.seen, [], "as long as it can be undone, nothing is sent");
  await page.getByRole("button", { name: "Close notice" }).click();
  for (const list of lists) {
    await until("it is gone there too", async () => !(await names(list)).includes("Beta") && (await names(list)).length === 2);
    await total(list, "2 leads");
  }
  assert.equal(asked.seen.length, 1);
  assert.deepEqual(await stored(server), ["Alpha", "Gamma"]);
});

journey("Ctrl Z undoes a deletion; from a lead's page one comes to the list", async ({ page, server }) => {
  const [alpha] = await leads(server, "Alpha", "Beta");
  await dashboard.visit(page, `/leads/${alpha.id}`);
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.waitForURL("**/leads");
  await listed(page, "Beta");
  await page.keyboard.press("Control+z");
  await until("it is back", async () => (await names(page)).length === 2);
  assert.deepEqual((await stored(server)).length, 2);
});

journey("whoever leaves the page after deleting has deleted", async ({ page, server }) => {
  await leads(server, "Alpha", "Beta");
  await dashboard.visit(page, LIST);
  await page.getByRole("link", { name: "Alpha" }).focus();
  await page.keyboard.press("Delete");
  await notice(page, "Alpha was deleted.").waitFor();
  await page.goto("about:blank");
  await until("it is deleted", async () => (await stored(server)).join() === "Beta");
});

journey("a deletion that fails, or comes too late, brings the row back and says why", async ({ page, server, problems }) => {
  problems.expect(/status of (500|412)|answer 500/);
  const [alpha] = await leads(server, "Alpha", "Beta");
  await dashboard.visit(page, LIST);
  const failing = await hold(page, "DELETE", "**/api/businesses/*", REFUSED);
  failing.release();
  const remove = async () => {
    await page.getByRole("link", { name: "Alpha" }).focus();
    await page.keyboard.press("Delete");
    await listed(page, "Beta");
  };
  await remove();
  await page.getByRole("button", { name: "Close notice" }).click();
  await notice(page, /Alpha was not deleted/).waitFor();
  await listed(page, "Alpha", "Beta");
  await page.getByRole("button", { name: "Close notice" }).click();
  await page.unroute("**/api/businesses/*");
  await remove();
  await server.api(`/api/businesses/${alpha.id}`, { notes: "wait" }, { method: "PATCH", version: alpha.version });
  await page.getByRole("button", { name: "Close notice" }).click();
  await notice(page, /changed by somebody else meanwhile \(Notes\)/).waitFor();
  await listed(page, "Alpha", "Beta");
  assert.equal((await server.api(`/api/businesses/${alpha.id}`)).notes, "wait");
});

journey("rows are selected by boxes, with Shift, and by keys; the bar does it to all", async ({ page, server }) => {
  await leads(server, "A", "B", "C", "D", "E", "F");
  await dashboard.visit(page, LIST);
  const bar = page.getByRole("region", { name: "Selected leads" });
  const selected = (text) => bar.getByText(text, { exact: true }).waitFor();
  const box = (name) => page.getByRole("checkbox", { name: `Select ${name}`, exact: true });
  await box("B").click();
  await selected("1 selected");
  await box("D").click({ modifiers: ["Shift"] });
  await selected("3 selected");
  assert.ok(await box("C").isChecked());
  await inEveryView(page, "leads-selected", (view) => fitsAndIsAccessible(page, `selected, ${view.name}`));
  await page.keyboard.press("Escape");
  await bar.waitFor({ state: "hidden" });
  assert.ok(!(await box("C").isChecked()));

  await page.getByRole("link", { name: "B", exact: true }).focus();
  await page.keyboard.press("x");
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await selected("3 selected");
  await page.keyboard.press("Shift+ArrowUp");
  await selected("2 selected");
  await bar.getByLabel("Tag", { exact: true }).fill("warm");
  await bar.getByRole("button", { name: "Add tag" }).click();
  await notice(page, "2 leads tagged warm.").waitFor();
  const tagged = async () => (await server.api("/api/businesses?tag=warm&sort=name")).data.map(({ name }) => name);
  assert.deepEqual(await tagged(), ["B", "C"]);
  await bar.getByRole("button", { name: "Remove tag" }).click();
  await notice(page, "Tag warm taken from 2 leads.").waitFor();
  assert.deepEqual(await tagged(), []);

  await page.getByRole("link", { name: "A", exact: true }).focus();
  await page.keyboard.press("Control+a");
  await selected("6 selected");
  await box("F").click();
  await selected("5 selected");
  await bar.getByRole("button", { name: "Delete" }).click();
  await listed(page, "F");
  await total(page, "1 lead");
  await page.getByRole("button", { name: "Undo" }).click();
  await listed(page, "A", "B", "C", "D", "E", "F");
  assert.equal((await stored(server)).length, 6);
});

journey("many are enriched at once, shown so at once, and as before where that fails", async ({ page, server, problems }) => {
  problems.expect(/status of 500|answer 500/);
  await leads(server, "A", "B", "C");
  await dashboard.visit(page, LIST);
  const failing = await hold(page, "POST", "**/api/businesses/bulk", REFUSED);
  await page.getByRole("checkbox", { name: "Select what is on screen" }).click();
  await page.getByRole("region", { name: "Selected leads" }).getByRole("button", { name: "Enrich" }).click();
  const busy = page.getByRole("table").locator(".badge", { hasText: "Enriching" });
  await until("all are shown as being enriched", async () => (await busy.count()) === 3);
  failing.release();
  await notice(page, /Enriching came to nothing/).waitFor();
  assert.equal(await busy.count(), 0);
});

journey("a list longer than the screen is selected whole, and deleted by its filters after a question", async ({ page, server }) => {
  await server.search({ ...dashboard.EVERYTHING, maxResults: 1500 });
  const { meta } = await server.api("/api/businesses?limit=1");
  assert.ok(meta.total > 1000, `${meta.total} leads`);
  const spared = await server.api("/api/businesses", { name: "Spared", city: "Nowhere" });
  const { meta: cafes } = await server.api("/api/businesses?category=cafe&limit=1");
  await dashboard.visit(page, "/leads?sort=name&category=cafe");
  const bar = page.getByRole("region", { name: "Selected leads" });
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+a");
  await bar.getByText(`${cafes.total.toLocaleString("en-US")} selected`).waitFor();
  await bar.getByRole("button", { name: "Delete" }).click();
  await bar.getByText(/for good, for everybody/).waitFor();
  await bar.getByRole("button", { name: "Delete for good" }).click();
  await until("they are gone", async () => (await server.api("/api/businesses?category=cafe&limit=1")).meta.total === 0);
  assert.equal((await server.api(`/api/businesses/${spared.id}`)).name, "Spared");
});

journey("a range that goes over rows that are not loaded is selected whole", async ({ page, server }) => {
  await server.search({ ...dashboard.EVERYTHING, maxResults: 900 });
  await dashboard.visit(page, LIST);
  const boxes = page.locator("tr.row input");
  const { total: all } = (await server.api("/api/businesses?limit=1")).meta;
  await boxes.nth(4).click();
  await page.keyboard.press("End");
  await until("the end is there", async () => (await page.locator(`tr[aria-rowindex="${all + 1}"]`).count()) === 1);
  await page.locator(`tr[aria-rowindex="${all - 9}"] input`).click({ modifiers: ["Shift"] });
  await page.getByText(`${all - 11 - 4 + 1} selected`, { exact: true }).waitFor();
});

journey("a cell is changed in its place, and arrows go on as before", async ({ page, server, problems }) => {
  problems.expect(/status of (412|422)/);
  const [a, b] = await leads(server, "A", "B", "C");
  await dashboard.visit(page, LIST);
  await page.getByRole("link", { name: "A", exact: true }).focus();
  const focus = () => page.evaluate(() => `${document.activeElement.closest("tr")?.ariaRowIndex} ${document.activeElement.closest("td")?.className}`);
  const at = (row, cell) => until(`${cell} of row ${row} has the focus`, async () => {
    const now = await focus();
    if (!now.startsWith(`${row} `) || !now.includes(cell)) throw new Error(now);
    return true;
  });
  await page.keyboard.press("ArrowRight");
  await at(2, "cell--city");
  await page.keyboard.press("Enter");
  const city = page.getByLabel("City of A");
  assert.equal(await city.inputValue(), "Espoo");
  await city.fill("Vantaa");
  await page.keyboard.press("Escape");
  await at(2, "cell--city");
  assert.equal(await page.locator("tr.row td.cell--city").first().innerText(), "Espoo");
  await page.keyboard.press("F2");
  await city.fill("Vantaa");
  await page.keyboard.press("Enter");
  await at(2, "cell--city");
  await until("it is shown", async () => (await page.locator("tr.row td.cell--city").first().innerText()) === "Vantaa");
  await until("it is stored", async () => (await server.api(`/api/businesses/${a.id}`)).city === "Vantaa");
  // Down in the same column, and on to another cell there; twice in a row, before the first was answered.
  await page.keyboard.press("ArrowDown");
  await at(3, "cell--city");
  const patch = await hold(page, "PATCH", "**/api/businesses/*");
  await page.keyboard.press("Enter");
  await page.getByLabel("City of B").fill("Turku");
  await page.keyboard.press("Enter");
  for (let steps = 0; steps < 3; steps += 1) await page.keyboard.press("ArrowRight");
  await at(3, "cell--email");
  await page.keyboard.press("Enter");
  await page.getByLabel("E-mail of B").fill("b@example.com");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "b@example.com" }).waitFor();
  patch.release();
  const now = await until("both are stored", async () => {
    const now = await server.api(`/api/businesses/${b.id}`);
    return now.email && now;
  });
  assert.deepEqual([now.city, now.email], ["Turku", "b@example.com"]);
  // Somebody else changes something else meanwhile: both stay.
  let isFirst = true;
  await page.route("**/api/businesses/*", async (route) => {
    if (route.request().method() !== "PATCH" || !isFirst) return route.fallback();
    isFirst = false;
    const { version } = await server.api(`/api/businesses/${b.id}`);
    await server.api(`/api/businesses/${b.id}`, { notes: "theirs" }, { method: "PATCH", version });
    await route.continue();
  });
  await page.keyboard.press("F2");
  await page.getByLabel("E-mail of B").fill("bb@example.com");
  await page.keyboard.press("Enter");
  const both = await until("both are stored", async () => {
    const now = await server.api(`/api/businesses/${b.id}`);
    return now.email === "bb@example.com" && now;
  });
  assert.equal(both.notes, "theirs");
  // What is refused is the form, with what was typed.
  await page.keyboard.press("F2");
  await page.getByLabel("E-mail of B").fill("nobody");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Change B" });
  await dialog.locator("#email-error").waitFor();
  assert.equal(await dialog.getByLabel("E-mail", { exact: true }).inputValue(), "nobody");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await page.getByRole("link", { name: "bb@example.com" }).waitFor();
});

journey("what is changed offline is shown, and sent once when the network is back", async ({ page, server, context, problems }) => {
  problems.expect(/ERR_INTERNET_DISCONNECTED|WebSocket/);
  const [a, b] = await leads(server, "A", "B");
  // The chunks are there before the network goes.
  await withDesk(page);
  const sent = [];
  page.on("request", (request) => {
    if (request.method() !== "GET" && request.url().includes("/api/")) sent.push(request.method());
  });
  await context.setOffline(true);
  await changeCity(page, "A", "Vantaa");
  await changeCity(page, "A", "Turku");
  await notice(page, /You are offline/).waitFor();
  await until("it is shown", async () => (await page.locator("tr.row td.cell--city").first().innerText()) === "Turku");
  await page.getByRole("link", { name: "B", exact: true }).focus();
  await page.keyboard.press("Delete");
  await listed(page, "A");
  await notice(page, "B was deleted.").waitFor();
  await page.locator(".toast", { hasText: "B was deleted." }).getByRole("button", { name: "Close notice" }).click();
  await listed(page, "A");
  assert.deepEqual(sent, []);
  await context.setOffline(false);
  await until("all is done", async () => {
    const all = await server.businesses();
    if (all.length !== 1 || all[0].city !== "Turku") throw new Error(JSON.stringify(all.map(({ name, city }) => [name, city])));
    return true;
  });
  await page.waitForLoadState("networkidle");
  assert.deepEqual(sent.sort(), ["DELETE", "PATCH", "PATCH"]);
  assert.equal((await server.api(`/api/businesses/${a.id}`)).version, a.version + 2);
  assert.equal((await fetch(`${server.url}/api/businesses/${b.id}`)).status, 404);
});

/** Changes the city of a row in place. */
async function changeCity(page, name, city) {
  await page.getByRole("link", { name, exact: true }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("F2");
  await page.getByLabel(`City of ${name}`).fill(city);
  await page.keyboard.press("Enter");
}

/** What the browser keeps of what was written. */
const kept = (page) => page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("kept:")));

/** A tab of the same origin that runs no script of ours: a form as a document. */
async function aside(open) {
  const tab = await open();
  await tab.goto("/leads/new");
  return tab;
}

/** Opens the list with what the desk needs, and leaves nothing of it on screen. */
async function withDesk(page) {
  await dashboard.visit(page, LIST);
  await page.getByRole("link", { name: "Add a lead" }).click();
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
}

journey("what is written offline outlives the page", async ({ page, server, context, problems, open }) => {
  problems.expect(/ERR_INTERNET_DISCONNECTED|WebSocket|status of 422/);
  const [a, b] = await leads(server, "A", "B");
  const beside = await aside(open);
  await withDesk(page);
  await context.setOffline(true);
  await changeCity(page, "A", "Vantaa");
  await changeCity(page, "A", "Turku");
  await notice(page, /This is kept, and sent when the network is back/).waitFor();
  await page.getByRole("link", { name: "B", exact: true }).focus();
  await page.keyboard.press("Delete");
  await listed(page, "A");
  await page.getByRole("link", { name: "Add a lead" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a lead" });
  await dialog.getByLabel("Name", { exact: true }).fill("C");
  await dialog.getByLabel("Trade", { exact: true }).fill("florits");
  await dialog.getByRole("button", { name: "Add the lead" }).click();
  await listed(page, "A", "C");
  // The deletion can still be undone: it is sent, or kept, when the page goes. Which, the browser decides as it ends the page.
  assert.equal((await server.api(`/api/businesses/${a.id}`)).version, a.version);
  await dashboard.leave(page, beside);
  await context.setOffline(false);
  const sent = [];
  page.on("request", (request) => {
    if (request.method() !== "GET" && request.url().includes("/api/")) sent.push(request.method());
  });
  await page.goto(`${server.url}${LIST}`);
  await until("all is done", async () => {
    const all = await server.businesses();
    return all.length === 1 && all[0].city === "Turku";
  });
  // What is not taken comes back as it was typed.
  await dialog.locator("#category-error").waitFor();
  assert.equal(await dialog.getByLabel("Name", { exact: true }).inputValue(), "C");
  await page.keyboard.press("Escape");
  await listed(page, "A");
  await page.waitForLoadState("networkidle");
  assert.deepEqual(sent.filter((method) => method !== "DELETE").sort(), ["PATCH", "PATCH", "POST"]);
  assert.equal((await server.api(`/api/businesses/${a.id}`)).version, a.version + 2);
  assert.equal((await fetch(`${server.url}/api/businesses/${b.id}`)).status, 404);
  await until("nothing is kept", async () => (await kept(page)).length === 0);
  const before = sent.length;
  await dashboard.visit(page, LIST);
  await page.waitForLoadState("networkidle");
  assert.equal(sent.length, before, "nothing is sent twice");
});

journey("what the browser has no room for is not said to be kept", async ({ page, server, context, problems }) => {
  problems.expect(/ERR_INTERNET_DISCONNECTED|WebSocket/);
  const [a] = await leads(server, "A");
  await withDesk(page);
  await page.evaluate(() => {
    for (let size = 4_000_000; size >= 1; size = Math.floor(size / 2)) {
      try {
        for (let n = 0; ; n += 1) localStorage.setItem(`room:${size}:${n}`, "x".repeat(size));
      } catch {
        // Full, as far as texts of that size go.
      }
    }
  });
  await context.setOffline(true);
  await changeCity(page, "A", "Turku");
  await notice(page, /no room to keep this/).waitFor();
  assert.equal((await kept(page)).length, 0);
  await context.setOffline(false);
  await until("it is sent", async () => (await server.api(`/api/businesses/${a.id}`)).city === "Turku");
});

journey("a change that is refused later comes back where its lead is not shown", async ({ page, server, context, problems, open }) => {
  problems.expect(/ERR_INTERNET_DISCONNECTED|WebSocket|status of 422/);
  const [, b] = await leads(server, "A", "B");
  const beside = await aside(open);
  await withDesk(page);
  await context.setOffline(true);
  await changeCity(page, "B", "Turku");
  await notice(page, /This is kept/).waitFor();
  // What was taken when it was written may not be any more.
  await page.evaluate(() => {
    const name = Object.keys(localStorage).find((name) => name.startsWith("kept:"));
    localStorage.setItem(name, localStorage.getItem(name).replaceAll("Turku", "T".repeat(1_000)));
  });
  await dashboard.leave(page, beside);
  await context.setOffline(false);
  await page.goto(`${server.url}/leads?search=A`);
  const dialog = page.getByRole("dialog", { name: "Change B" });
  await dialog.locator("#city-error").waitFor();
  assert.match(await dialog.getByLabel("City").inputValue(), /^T+$/);
  assert.doesNotMatch(String((await server.api(`/api/businesses/${b.id}`)).city), /TT/);
});

journey("a change whose answer was lost is not taken for somebody else's", async ({ page, server }) => {
  const [a] = await leads(server, "A");
  await withDesk(page);
  let answers = 0;
  await page.route("**/api/businesses/*", async (route) => {
    if (route.request().method() !== "PATCH") return route.fallback();
    await route.fetch();
    answers += 1;
    // The answer never comes.
  });
  await changeCity(page, "A", "Turku");
  await until("the server has answered", () => answers === 1);
  assert.equal((await kept(page)).length, 1);
  await page.unroute("**/api/businesses/*");
  await page.reload();
  // Sent again, by this page or by the one before in its last moments, and answered as the first time.
  await until("nothing is kept", async () => (await kept(page)).length === 0);
  await page.waitForLoadState("networkidle");
  assert.equal((await server.api(`/api/businesses/${a.id}`)).version, a.version + 1);
  assert.equal(await page.getByRole("dialog").count(), 0);
});

journey("where the form cannot be loaded, its document is there", async ({ page, problems }) => {
  problems.expect(/dashboard-desk/);
  await page.route(/dashboard-desk-[0-9a-f]+\.wasm/, (route) => route.abort());
  await dashboard.visit(page, "/leads");
  await page.getByRole("link", { name: "Add a lead" }).click();
  await page.waitForURL("**/leads/new");
  await page.getByRole("button", { name: "Add the lead" }).waitFor();
});

journey("without script, links lead to the documents of forms", async ({ page, server, problems }) => {
  problems.expect(SCRIPT_BLOCKED);
  await leads(server, "A");
  await page.goto(LIST);
  assert.ok(!(await page.getByRole("checkbox", { name: "Select A" }).isVisible()));
  await page.getByRole("link", { name: "Add a lead" }).click();
  await page.waitForURL("**/leads/new");
}, { javaScriptEnabled: false });
