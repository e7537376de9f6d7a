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
