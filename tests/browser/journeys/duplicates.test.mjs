import assert from "node:assert/strict";

import { fitsAndIsAccessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { tabTo } from "../lib/page.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { SCRIPT_BLOCKED } from "../lib/problems.mjs";
import { until } from "../lib/wait.mjs";

const PLACE = { city: "Helsinki", country: "FI", latitude: 60.1699, longitude: 24.9384, category: "cafe" };

/** Adds two records of one café and a lead that is another; answers their ids. */
async function leads(server) {
  const add = async (lead) => (await server.api("/api/businesses", lead)).id;
  const first = await add({ ...PLACE, name: "Kahvila Aurinko", phone: "+358 9 310 1691", tags: ["warm"] });
  const second = await add({
    ...PLACE,
    name: "Kahvila Aurinko Oy",
    phone: "+358 9 310 1691",
    email: "info@aurinko.example",
    street: "Aleksanterinkatu 15",
    openingHours: "Mo-Fr 08:00-18:00",
    notes: "Ask for Anna.",
    tags: ["cold"],
  });
  await server.api(`/api/businesses/${second}/contacts`, { name: "Anna Aalto", title: "Owner", isPrimary: true });
  const third = await add({ name: "Zebra Tyres", city: "Oulu" });
  return [first, second, third];
}

const CSV = "name,category,street,city,zip,country,phone,latitude,longitude";
const ROW = "cafe,Bulevardi 1,Helsinki,00120,FI,+358 9 1234567,60.1650,24.9400";

/** Imports a lead of that name as a file, to the end. */
async function imported(page, server, file, name) {
  await page.goto("/import");
  const content = { name: file, mimeType: "text/csv", buffer: Buffer.from(`${CSV}\n${name},${ROW}\n`) };
  await page.getByLabel("File", { exact: true }).setInputFiles(content);
  await page.getByRole("button", { name: "Look at the file" }).click();
  await page.getByRole("button", { name: "Import the file" }).click();
  await page.waitForURL(/\/jobs\//);
  await server.finished(page.url().split("/").at(-1));
}

/** Imports a café and what is perhaps the same one, so that the pair waits. */
async function doubtful(page, server) {
  await imported(page, server, "first.csv", "Kahvila Aurinko");
  await imported(page, server, "second.csv", "Ravintola Kuutamo");
  const { meta } = await server.api("/api/businesses/pairs");
  assert.equal(meta.total, 1);
}

const look = (page, name) => inEveryView(page, name, (view) => fitsAndIsAccessible(page, `${name}, ${view.name}`));

journey("a duplicate is found, looked at, merged and brought back by keys alone", async ({ page, open, server }) => {
  const [first, second] = await leads(server);
  const other = await open();
  await dashboard.visit(other, "/leads");
  const listed = () => dashboard.rows(other).allInnerTexts();
  await dashboard.visit(page, `/leads/${first}`);
  await tabTo(page, "Duplicates");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/leads/${first}/duplicates`);
  const likely = page.getByRole("region", { name: "Likely the same" });
  await likely.getByText(/same phone number.*likely/i).waitFor();
  assert.equal(await likely.getByRole("listitem").count(), 1);
  await look(page, "duplicates");
  await tabTo(page, "Compare with Kahvila Aurinko Oy");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/leads/${first}/duplicates/${second}`);
  const row = (name) => page.getByRole("row").filter({ has: page.getByRole("rowheader", { name, exact: true }) });
  assert.match(await row("Name").innerText(), /Its own stays/);
  assert.match(await row("E-mail").innerText(), /info@aurinko\.example.*Added/s);
  assert.match(await row("Tags").innerText(), /warm\s+cold/);
  await page.getByText("Anna Aalto").waitFor();
  await look(page, "merge");
  await tabTo(page, "Merge the two");
  await page.keyboard.press("Enter");
  await page.getByText("The two leads are one now.").waitFor();
  await look(page, "duplicates-merged");
  const merged = await server.api(`/api/businesses/${first}`);
  assert.deepEqual([merged.email, merged.tags, merged.contacts[0].name], ["info@aurinko.example", ["warm", "cold"], "Anna Aalto"]);
  await until("the other tab drops the one that is gone", async () => !(await listed()).includes("Kahvila Aurinko Oy"));
  await tabTo(page, "Undo: Kahvila Aurinko Oy");
  await page.keyboard.press("Enter");
  await page.getByText("The merge was undone").waitFor();
  await until("the other tab lists it again", async () => (await listed()).includes("Kahvila Aurinko Oy"));
  assert.equal((await server.api(`/api/businesses/${first}`)).email, null);
  assert.equal((await server.api(`/api/businesses/${second}`)).email, "info@aurinko.example");
});

journey("any lead can be looked for and merged, and what changed meanwhile is looked at again, without script", async ({ page, server, problems }) => {
  problems.expect(SCRIPT_BLOCKED);
  problems.expect(/status of 409/);
  const [first, , third] = await leads(server);
  await page.goto(`/leads/${first}/duplicates`);
  await page.getByLabel("Words").fill("zebra");
  await page.getByRole("button", { name: "Look for it" }).click();
  await page.getByRole("link", { name: "Compare with Zebra Tyres" }).click();
  await page.getByRole("link", { name: "Keep the other one instead" }).click();
  await page.waitForURL(`**/leads/${third}/duplicates/${first}`);
  const between = await fetch(`${server.url}/api/businesses/${third}`, {
    method: "PATCH",
    headers: { "content-type": "application/json", "if-match": '"1"' },
    body: JSON.stringify({ notes: "from elsewhere" }),
  });
  assert.equal(between.status, 200);
  await page.getByRole("button", { name: "Merge the two" }).click();
  await page.getByRole("alert").filter({ hasText: "changed since they were looked at" }).waitFor();
  await page.getByText("from elsewhere").first().waitFor();
  await page.getByRole("button", { name: "Merge the two" }).click();
  await page.waitForURL(`**/leads/${third}/duplicates?done=merged`);
  const merged = await server.api(`/api/businesses/${third}`);
  assert.deepEqual([merged.name, merged.notes, merged.phone], ["Zebra Tyres", "from elsewhere", "+35893101691"]);
}, { javaScriptEnabled: false });

journey("all pairs that may be one are decided by keys alone, and each decision can be undone", async ({ page, server }) => {
  await page.goto("/duplicates");
  await page.getByText("Nothing to decide").waitFor();
  await look(page, "pairs-none");
  await doubtful(page, server);
  await page.goto("/import");
  await tabTo(page, "possible duplicates");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/duplicates");
  const pair = page.getByRole("article", { name: "Kahvila Aurinko and Ravintola Kuutamo" });
  await pair.getByText(/\d+ % likely one/).waitFor();
  const row = (name) => pair.getByRole("row").filter({ has: page.getByRole("rowheader", { name, exact: true }) });
  assert.match(await row("Phone").innerText(), /The same/);
  assert.match(await row("Name").innerText(), /Not the same/);
  await tabTo(page, "What the score is made of");
  await page.keyboard.press("Enter");
  await pair.getByText(/speaks strongly for two|speaks for two/).first().waitFor();
  await look(page, "pairs");

  const names = "Kahvila Aurinko and Ravintola Kuutamo";
  await tabTo(page, `They are two: ${names}`);
  await page.keyboard.press("Enter");
  await page.getByText("The two stay two").waitFor();
  await page.getByText("Nothing to decide").waitFor();
  await look(page, "pairs-apart");
  assert.equal((await server.api("/api/businesses/pairs?apart=true")).meta.total, 1);
  await tabTo(page, "Undo");
  await page.keyboard.press("Enter");
  await page.getByText("It was undone.").waitFor();

  await tabTo(page, `They are one, keep the second: ${names}`);
  await page.keyboard.press("Enter");
  await page.getByText("The two are one now").waitFor();
  const { data } = await server.api("/api/businesses");
  assert.deepEqual(data.map((lead) => lead.name), ["Ravintola Kuutamo"]);
  await tabTo(page, "Undo the merge");
  await page.keyboard.press("Enter");
  await page.getByText("It was undone.").waitFor();
  await pair.waitFor();
  assert.equal((await server.api("/api/businesses")).meta.total, 2);
});

journey("what an import merged becomes a lead of its own again, without script", async ({ page, server, problems }) => {
  problems.expect(SCRIPT_BLOCKED);
  await imported(page, server, "first.csv", "Kahvila Aurinko");
  await imported(page, server, "second.csv", "Aurinko Kahvila");
  const [lead] = (await server.api("/api/businesses")).data;
  assert.equal(lead.sources.length, 2);
  await page.goto(`/leads/${lead.id}/duplicates`);
  const merged = page.getByRole("region", { name: "Merged into this lead" });
  await merged.getByText(/merged by a search or an import/).waitFor();
  await page.getByRole("button", { name: "Undo: Aurinko Kahvila" }).click();
  await page.getByText("The merge was undone").waitFor();
  const names = (await server.api("/api/businesses?sort=name")).data.map((one) => one.name);
  assert.deepEqual(names, ["Aurinko Kahvila", "Kahvila Aurinko"]);
  await page.getByText("No other lead looks like this one.").waitFor();
  await page.goto("/duplicates?apart=true");
  await page.getByRole("button", { name: /^Ask again: / }).click();
  await page.getByText("It was undone.").waitFor();
}, { javaScriptEnabled: false });
