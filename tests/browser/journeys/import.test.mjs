import assert from "node:assert/strict";
import { join } from "node:path";
import { writeFile } from "node:fs/promises";

import { accessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { SCRIPT_BLOCKED } from "../lib/problems.mjs";
import { until } from "../lib/wait.mjs";

const ROWS = [
  "Company,Street,City,Country,Phone,E-mail,Website,Category,Colour",
  "Kukkakauppa Kaisla,Mannerheimintie 1,Helsinki,FI,+358 9 6122 5661,kaisla@example.org,https://kaisla.example,Florist,red",
  "KUKKAKAUPPA KAISLA OY,Mannerheimintie 1,Helsinki,FI,+358961225661,,,Florist,blue",
  "Parturi Sakset,Aleksanterinkatu 5,Helsinki,FI,+358 9 1234 567,,,Hairdresser,",
  "--,Nowhere 1,Helsinki,FI,,,,,",
  "<b>Leipomo</b> & Pulla,Fredrikinkatu 7,Helsinki,FI,,,https://pulla.example,Bakery,",
];

/** A file of four businesses, one of them twice, and a line that names none. */
async function leads(server) {
  const path = join(server.folder, "customers.csv");
  await writeFile(path, `${ROWS.join("\n")}\n`);
  return path;
}

/** The text of a count on the preview. */
async function counted(page, name) {
  const term = page.locator("dt", { hasText: new RegExp(`^${name}$`) });
  return (await term.locator("xpath=following-sibling::dd").innerText()).trim();
}

/** What the columns of these names are taken for. */
async function assigned(columns, names) {
  return Promise.all(names.map((name) => columns.getByLabel(name, { exact: true }).inputValue()));
}

/** Chooses a file on the page of imports, and looks at it. */
async function lookAt(page, file) {
  await page.goto("/import");
  await page.getByLabel("File", { exact: true }).setInputFiles(file);
  await page.getByRole("button", { name: "Look at the file" }).click();
  await page.waitForURL(/\/import\/[0-9a-f-]{36}\?/);
}

journey("a file is looked at, then imported, and its bad row can be had", async ({ page, server, problems }) => {
  problems.expect(/status of (422|404)/);
  await dashboard.visit(page, "/leads");
  await page.getByRole("link", { name: "Import", exact: true }).click();
  await page.waitForURL("**/import");
  await inEveryView(page, "import", (view) => accessible(page, `import, ${view.name}`));
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByRole("button", { name: "Look at the file" }).click();
  await page.locator("#file-error").waitFor();
  await accessible(page, "no file chosen");

  await page.getByLabel("File", { exact: true }).setInputFiles(await leads(server));
  await page.getByRole("button", { name: "Look at the file" }).click();
  await page.waitForURL(/\/import\/[0-9a-f-]{36}\?name=customers\.csv$/);
  assert.deepEqual(
    [await counted(page, "Records"), await counted(page, "New"), await counted(page, "Known already")],
    ["5", "3", "1"],
  );
  assert.equal(await counted(page, "Cannot be used"), "1");
  const columns = page.getByRole("group", { name: "Columns" });
  assert.deepEqual(await assigned(columns, ["Company", "Colour"]), ["name", ""]);
  await columns.getByRole("cell", { name: "red \u{b7} blue" }).waitFor();
  await page.getByRole("cell", { name: "Aleksanterinkatu 5, Helsinki" }).waitFor();
  await inEveryView(page, "import-preview", (view) => accessible(page, `preview, ${view.name}`));
  await page.setViewportSize({ width: 1280, height: 900 });
  assert.equal((await server.api("/api/businesses?limit=1")).meta.total, 0, "nothing is written yet");

  await page.getByRole("button", { name: "Import the file" }).click();
  const id = await dashboard.jobOf(page);
  await dashboard.untilStatus(page, "Done");
  await until("the rejected row is counted", async () => (await dashboard.count(page, "Rejected")) === 1);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: /^Rejected records/ }).click(),
  ]);
  assert.match(download.suggestedFilename(), /^rejected-.*\.csv$/);
  let text = "";
  for await (const part of await download.createReadStream()) text += part;
  assert.match(text, /^5,/m);
  const { status, counts } = await server.finished(id);
  assert.deepEqual([status, counts.found, counts.saved, counts.merged], ["completed", 5, 3, 1]);
  await inEveryView(page, "import-job", (view) => accessible(page, `import's job, ${view.name}`));
  await page.goBack();
  await page.getByText("This file no longer waits").waitFor();
});

journey("an import works by keys, on a phone, without a script", async ({ page, server, problems }) => {
  problems.expect(SCRIPT_BLOCKED);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/leads");
  await page.getByRole("link", { name: "Import", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/import");
  const input = page.getByLabel("File", { exact: true });
  await input.setInputFiles(await leads(server));
  await input.focus();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Look at the file");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/import\/[0-9a-f-]{36}\?/);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(overflow, 0, "the page is not wider than the phone");
  await page.getByRole("button", { name: "Import the file" }).focus();
  await page.keyboard.press("Enter");
  await server.finished(await dashboard.jobOf(page));
  assert.equal((await server.api("/api/businesses?limit=1")).meta.total, 3);
}, { javaScriptEnabled: false });

journey("columns that nobody knows are said by a person, and what cannot be comes back with why", async ({ page, server, problems }) => {
  problems.expect(/status of 422/);
  const file = join(server.folder, "kunden.csv");
  await writeFile(file, "Firma,Ansprechpartner,Tel. Zentrale\nKahvila Oy,Matti,+358 9 1234567\nLeipomo Oy,,+358 9 7654321\n");
  await lookAt(page, file);
  const columns = page.getByRole("group", { name: "Columns" });
  const use = page.getByRole("button", { name: "Use these columns" });
  await page.getByRole("alert").getByText("No column is taken for the name").waitFor();
  assert.deepEqual(await assigned(columns, ["Firma", "Ansprechpartner", "Tel. Zentrale"]), ["", "", ""]);
  await columns.getByRole("cell", { name: "Kahvila Oy \u{b7} Leipomo Oy" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Import the file" }).count(), 0);
  await inEveryView(page, "import-columns", (view) => accessible(page, `columns, ${view.name}`));
  await page.setViewportSize({ width: 390, height: 844 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(overflow, 0, "the page is not wider than the phone");
  await page.setViewportSize({ width: 1280, height: 900 });

  await columns.getByLabel("Firma", { exact: true }).selectOption({ label: "Name" });
  await columns.getByLabel("Ansprechpartner").selectOption({ label: "Name" });
  await use.click();
  await page.getByRole("alert").getByText("cannot both be name").waitFor();
  assert.deepEqual(await assigned(columns, ["Firma", "Ansprechpartner", "Tel. Zentrale"]), ["name", "name", ""]);

  await columns.getByLabel("Ansprechpartner").selectOption("");
  await columns.getByLabel("Tel. Zentrale").selectOption("phone");
  await use.click();
  await page.waitForURL(/&columns=/);
  assert.deepEqual([await counted(page, "Records"), await counted(page, "New")], ["2", "2"]);
  await page.getByRole("cell", { name: "09 1234567" }).waitFor();
  assert.deepEqual(await assigned(columns, ["Firma", "Ansprechpartner", "Tel. Zentrale"]), ["name", "", "phone"]);
  await page.getByRole("button", { name: "Import the file" }).click();
  await server.finished(await dashboard.jobOf(page));
  const leads = await server.businesses();
  assert.deepEqual(leads.map(({ name, phone }) => [name, phone]), [["Kahvila Oy", "+35891234567"], ["Leipomo Oy", "+35897654321"]]);
});

journey("a column that is known wrongly is corrected on the preview, by keys", async ({ page, server }) => {
  const file = join(server.folder, "leads.csv");
  await writeFile(file, "Company,Name\nAcme Oy,K1\n");
  await lookAt(page, file);
  const columns = page.getByRole("group", { name: "Columns" });
  await page.getByRole("rowheader", { name: "K1", exact: true }).waitFor();
  await columns.getByLabel("Name", { exact: true }).focus();
  // As in every browser: the list goes to what is typed.
  await page.keyboard.type("Identifier");
  await page.getByRole("button", { name: "Use these columns" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/&columns=/);
  await page.getByRole("rowheader", { name: "Acme Oy", exact: true }).waitFor();
  await page.getByRole("button", { name: "Import the file" }).click();
  await server.finished(await dashboard.jobOf(page));
  const [lead] = await server.businesses();
  assert.deepEqual([lead.name, lead.sources.map(({ sourceId }) => sourceId)], ["Acme Oy", ["K1"]]);
});

journey("an export comes back whole", async ({ page, server }) => {
  const { counts } = await server.search({ location: dashboard.HELSINKI, category: "cafe", radiusKm: 2, maxResults: 60 });
  assert.equal(counts.saved, 60);
  const told = ({ name, street, city, postalCode, phone, website, sources }) =>
    JSON.stringify([name, street, city, postalCode, phone, website, sources.map(({ source, sourceId }) => [source, sourceId])]);
  const all = async () => (await server.businesses()).map(told).sort();
  const leads = await all();
  for (const [form, link] of [["csv", "CSV table"], ["json", "JSON"], ["geojson", "GeoJSON map"]]) {
    await dashboard.visit(page, "/leads");
    await page.getByText("Export", { exact: true }).click();
    const saved = page.waitForEvent("download");
    await page.getByRole("link", { name: link, exact: true }).click();
    const file = join(server.folder, `cafes.${form}`);
    await (await saved).saveAs(file);

    // Where it is from it brings nothing new.
    await lookAt(page, file);
    assert.deepEqual([await counted(page, "New"), await counted(page, "Known already")], ["0", "60"]);

    await server.api("/api/businesses/bulk", { filter: {}, action: "delete" });
    await until("nothing is left", async () => (await server.businesses()).length === 0);
    await page.reload();
    assert.deepEqual([await counted(page, "New"), await counted(page, "Known already")], ["60", "0"]);
    await page.getByRole("button", { name: "Import the file" }).click();
    const job = await server.finished(await dashboard.jobOf(page));
    assert.deepEqual([job.counts.saved, job.counts.merged], [60, 0]);
    assert.deepEqual(await all(), leads, form);
  }
});
