import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { accessible, fitsAndIsAccessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS, tabTo } from "../lib/page.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { shift, watchShift } from "../lib/shift.mjs";
import { until } from "../lib/wait.mjs";

const USUAL = ["Name", "Category", "City", "Phone", "Website", "E-mail", "Status", "Added"];

/** The heads of columns, without that of the boxes. */
async function heads(page) {
  const all = await page.getByRole("columnheader").allInnerTexts();
  return all.map((text) => text.trim()).filter((text) => text !== "Selected");
}

const chooser = (page) => page.getByRole("dialog", { name: "Columns" });

async function open(page) {
  await page.getByRole("button", { name: "Columns" }).click();
  await chooser(page).waitFor();
}

/** What the server has of the choice. */
const chosen = async (server) => (await server.api("/api/appearance")).columns;

/** Waits until the list has these columns. */
async function untilHeads(page, expect) {
  await until(`the columns are ${expect}`, async () => JSON.stringify(await heads(page)) === JSON.stringify(expect));
}

journey("columns are chosen and put in order by keys, and stay for the next visit and on another device", async ({
  page, server, open: another,
}) => {
  await server.search(RESTAURANTS);
  await dashboard.visit(page, "/leads?sort=name");
  await untilHeads(page, USUAL);
  await tabTo(page, "Columns");
  await page.keyboard.press("Enter");
  await chooser(page).waitFor();
  await tabTo(page, "Website");
  await page.keyboard.press("Space");
  await untilHeads(page, USUAL.filter((name) => name !== "Website"));
  await tabTo(page, "Move City up");
  await page.keyboard.press("Enter");
  await untilHeads(page, ["Name", "City", "Category", "Phone", "E-mail", "Status", "Added"]);
  // It cannot go further up: the way back has the focus.
  const here = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  await until("the focus stays with the column", async () => (await here()) === "Move City down");
  await chooser(page).getByText("City is column 1 of 6").waitFor({ state: "attached" });
  await tabTo(page, "Street");
  await page.keyboard.press("Space");
  await page.keyboard.press("Escape");
  await chooser(page).waitFor({ state: "detached" });
  await until("the button has the focus again", async () =>
    (await page.evaluate(() => document.activeElement.textContent)) === "Columns");
  const own = ["Name", "City", "Category", "Phone", "E-mail", "Status", "Added", "Street"];
  await untilHeads(page, own);
  await until("the server has them", async () =>
    (await chosen(server)) === "city,category,phone,email,enrichmentStatus,createdAt,street");

  const street = page.getByRole("table").locator("tbody tr[aria-rowindex='2'] td").nth(8);
  const first = await server.api("/api/businesses?sort=name&limit=1");
  assert.equal((await street.innerText()).trim(), first.data[0].street ?? "–");
  const other = await another();
  await dashboard.visit(other, "/leads");
  assert.deepEqual(await heads(other), own);

  await open(page);
  await chooser(page).getByRole("button", { name: "Usual columns" }).click();
  await untilHeads(page, USUAL);
  await until("the choice is taken back", async () => (await chosen(server)) === null);
});

journey("a saved view has columns of its own, and an export those of the list", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  await server.api("/api/appearance", { columns: "phone,city" }, { method: "PATCH" });
  await dashboard.visit(page, "/leads?hasPhone=true");
  await page.getByText("Export").click();
  const saved = page.waitForEvent("download");
  await page.getByRole("link", { name: "CSV table" }).click();
  const [head, line] = (await readFile(await (await saved).path(), "utf8")).split("\n");
  assert.equal(head.trim(), "name,phone,city,sources,licences,attribution");
  assert.match(line, /\+358\d+,/);

  await page.getByRole("link", { name: "Saved views" }).click();
  await page.getByLabel("Name").fill("Phones");
  await page.getByRole("button", { name: "Save the view" }).click();
  await page.getByText("The view was saved.").waitFor();
  await server.api("/api/appearance", { columns: "tags" }, { method: "PATCH" });
  await page.getByRole("link", { name: "Phones", exact: true }).click();
  await dashboard.live(page);
  await untilHeads(page, ["Name", "Phone", "City"]);
  // A filter leaves them, and so does the order.
  await page.getByRole("columnheader", { name: "City" }).getByRole("link").click();
  await page.waitForURL(/sort=city/);
  await untilHeads(page, ["Name", "Phone", "City"]);
  await page.getByRole("link", { name: "Clear all" }).click();
  await page.waitForURL((url) => !url.search.includes("hasPhone"));
  await untilHeads(page, ["Name", "Phone", "City"]);

  await open(page);
  await chooser(page).getByText("These columns are of this list alone.").waitFor();
  await chooser(page).getByRole("checkbox", { name: "Category" }).check();
  await untilHeads(page, ["Name", "Phone", "City", "Category"]);
  assert.equal(new URL(page.url()).searchParams.get("columns"), "phone,city,category");
  assert.equal(await chosen(server), "tags", "other lists keep theirs");
  await chooser(page).getByRole("button", { name: "My columns" }).click();
  await untilHeads(page, ["Name", "Tags"]);
});

journey("a choice that the server refuses is taken back and said", async ({ page, server, problems }) => {
  problems.expect(/status of 422/);
  await server.search(RESTAURANTS);
  await dashboard.visit(page, "/leads");
  await page.route("**/api/appearance", (route) =>
    route.request().method() === "PATCH"
      ? route.fulfill({
          status: 422,
          contentType: "application/problem+json",
          body: JSON.stringify({ type: "/problems/invalid", title: "Invalid", status: 422, detail: "not today" }),
        })
      : route.continue());
  await open(page);
  // It may be taken back before anybody looks whether it is unchecked.
  await chooser(page).getByRole("checkbox", { name: "Website" }).click();
  await page.getByText("Not today.").waitFor();
  await untilHeads(page, USUAL);
  assert.ok(await chooser(page).getByRole("checkbox", { name: "Website" }).isChecked());
});

journey("the choice and its lists fit and are accessible in light, dark and on a phone", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  await server.api("/api/appearance", { columns: "phone,street,email,tags,city,createdAt" }, { method: "PATCH" });
  await watchShift(page);
  await dashboard.visit(page, "/leads?sort=name");
  assert.ok((await shift(page)) <= 0.02, "the list stays where the server had it");
  await inEveryView(page, "columns-list", (view) => fitsAndIsAccessible(page, `own columns, ${view.name}`));
  await page.setViewportSize({ width: 390, height: 844 });
  // What is known stands close together, and nothing takes the place of what is not.
  const gaps = await page.evaluate(() => {
    const cards = [...document.querySelectorAll("tbody tr[aria-rowindex]")].slice(0, 20);
    return cards.map((card) => {
      const cells = [...card.querySelectorAll("td")].map((cell) => cell.getBoundingClientRect()).filter((box) => box.height);
      const tops = [...new Set(cells.map((box) => Math.round(box.top)))].sort((a, b) => a - b);
      return Math.max(0, ...tops.slice(2).map((top, at) => top - tops[at + 1]));
    });
  });
  assert.ok(gaps.every((gap) => gap <= 50), `lines are ${gaps} px apart`);
  await page.setViewportSize({ width: 1280, height: 900 });
  await open(page);
  await inEveryView(page, "columns", (view) => accessible(page, `choice of columns, ${view.name}`));
});
