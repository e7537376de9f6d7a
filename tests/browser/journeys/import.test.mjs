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
  await columns.getByRole("row", { name: "Company Name" }).waitFor();
  await columns.getByRole("row", { name: "Colour left out" }).waitFor();
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
