import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { accessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS } from "../lib/page.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { until } from "../lib/wait.mjs";

journey("a lead is added, changed and deleted, and another tab shows it at once", async ({ page, open, server }) => {
  const other = await open();
  await dashboard.visit(other, "/leads");
  // The documents of forms, which links lead to where there is no script: with script, the form is over the page.
  await page.goto("/leads/new");
  await page.getByLabel("Name", { exact: true }).fill("Kaisla Flowers");
  await page.getByLabel("Trade", { exact: true }).fill("Florist");
  await page.getByLabel("Phone", { exact: true }).fill("+358 9 6122 5661");
  await page.getByLabel("Tags", { exact: true }).fill("warm, call back");
  await page.getByRole("button", { name: "Add the lead" }).click();
  await page.waitForURL(/\/leads\/\d+$/);
  await dashboard.live(page);
  await page.getByRole("heading", { level: 1, name: "Kaisla Flowers" }).waitFor();
  await until("the other tab lists it", async () => (await dashboard.rows(other).allInnerTexts()).includes("Kaisla Flowers"));

  const id = Number(new URL(page.url()).pathname.split("/").pop());
  await page.goto(`/leads/${id}/edit`);
  await page.getByLabel("Name", { exact: true }).fill("Kaisla");
  await page.getByLabel("Notes", { exact: true }).fill("Ask for Anna.\nNot on Mondays.");
  await page.getByRole("button", { name: "Save" }).click();
  await page.waitForURL(/\/leads\/\d+$/);
  await page.getByText("Not on Mondays.").waitFor();
  await until("the other tab renames it", async () => (await dashboard.rows(other).allInnerTexts()).includes("Kaisla"));
  const lead = await server.api(`/api/businesses/${id}`);
  assert.equal(lead.category, "florist");
  assert.deepEqual(lead.tags, ["warm", "call back"]);

  await page.goto(`/leads/${id}/edit`);
  await page.getByText("Delete this lead").click();
  await page.getByRole("button", { name: "Delete for good" }).click();
  await page.waitForURL("**/leads");
  await until("the other tab drops it", async () => (await dashboard.rows(other).count()) === 0);
});

journey("a lead that is deleted elsewhere is gone from its page", async ({ page, server, problems }) => {
  problems.expect(/status of 404/);
  await server.search({ ...RESTAURANTS, maxResults: 1 });
  const [{ id, name, version }] = (await server.api("/api/businesses?limit=1")).data;
  await dashboard.visit(page, `/leads/${id}`);
  await page.getByRole("heading", { level: 1, name }).waitFor();
  const deleted = await fetch(`${server.url}/api/businesses/${id}`, {
    method: "DELETE",
    headers: { "if-match": `"${version}"` },
  });
  assert.ok(deleted.ok, `${deleted.status}`);
  await page.getByText("No such lead").first().waitFor();
  assert.equal(await page.getByRole("heading", { name }).count(), 0);
});

journey("what is wrong stands beside its field, and what was typed stays", async ({ page, problems }) => {
  problems.expect(/status of 422/);
  await page.goto("/leads/new");
  await inEveryView(page, "lead-new", (view) => accessible(page, `new lead, ${view.name}`));
  await page.getByLabel("Trade", { exact: true }).fill("florits");
  await page.getByLabel("E-mail", { exact: true }).fill("nobody");
  await page.getByLabel("Notes", { exact: true }).fill("<b>kept</b>");
  await page.getByRole("button", { name: "Add the lead" }).click();
  await page.locator("#name-error").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Kaisla");
  await page.getByRole("button", { name: "Add the lead" }).click();
  await page.locator("#category-error").waitFor();
  assert.equal(await page.getByLabel("Trade", { exact: true }).inputValue(), "florits");
  assert.equal(await page.getByLabel("Notes", { exact: true }).inputValue(), "<b>kept</b>");
  await accessible(page, "a refused lead");
});

journey("a change that came between is not lost", async ({ page, server, problems }) => {
  problems.expect(/status of 412/);
  await server.search({ ...RESTAURANTS, maxResults: 1 });
  const [{ id, version }] = (await server.api("/api/businesses?limit=1")).data;
  await page.goto(`/leads/${id}/edit`);
  await inEveryView(page, "lead-edit", (view) => accessible(page, `edit, ${view.name}`));
  const between = await fetch(`${server.url}/api/businesses/${id}`, {
    method: "PATCH",
    headers: { "content-type": "application/json", "if-match": `"${version}"` },
    body: JSON.stringify({ notes: "from elsewhere" }),
  });
  assert.equal(between.status, 200);
  await page.getByLabel("Tags", { exact: true }).fill("mine");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").first().waitFor();
  assert.equal(await page.getByLabel("Tags", { exact: true }).inputValue(), "mine");
  assert.equal(await page.getByLabel("Notes", { exact: true }).inputValue(), "from elsewhere");
  await page.getByRole("button", { name: "Save" }).click();
  await page.waitForURL(/\/leads\/\d+$/);
  const now = await server.api(`/api/businesses/${id}`);
  assert.deepEqual([now.notes, now.tags], ["from elsewhere", ["mine"]]);
});

journey("a filtered list is exported as it stands", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  await dashboard.visit(page, "/leads?hasPhone=true");
  const { meta } = await server.api("/api/businesses?hasPhone=true&limit=1");
  await page.getByText("Export", { exact: true }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "CSV table" }).click(),
  ]);
  const stream = await download.createReadStream();
  let text = "";
  for await (const part of stream) text += part;
  assert.match(download.suggestedFilename(), /\.csv$/);
  const rows = text.trim().split("\n").length - 1;
  assert.equal(rows, meta.total);

  // In the order that the list has by then.
  await page.getByRole("columnheader", { name: "Name" }).getByRole("link").click();
  await page.waitForURL(/sort=name/);
  const { data } = await server.api("/api/businesses?hasPhone=true&sort=name&limit=10");
  await page.getByText("Export", { exact: true }).click();
  const sorted = page.waitForEvent("download");
  await page.getByRole("link", { name: "JSON", exact: true }).click();
  const { businesses } = JSON.parse(await readFile(await (await sorted).path(), "utf8"));
  assert.deepEqual(businesses.slice(0, 10).map(({ id }) => id), data.map(({ id }) => id));
  assert.equal(businesses.length, meta.total);
});
