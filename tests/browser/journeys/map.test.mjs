import assert from "node:assert/strict";

import { fitsAndIsAccessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS } from "../lib/page.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { SCRIPT_BLOCKED } from "../lib/problems.mjs";
import { until } from "../lib/wait.mjs";

/** A lead that is nowhere near any other. */
const LONELY = {
  name: "Majakka",
  city: "Hanko",
  country: "FI",
  latitude: 59.8236,
  longitude: 22.9709,
  phone: "+358 19 1234567",
};
/** A house with many leads in one place. */
const TOWER = { city: "Turku", country: "FI", latitude: 60.4518, longitude: 22.2666 };

const drawing = (page) => page.getByRole("group", { name: /^Map: / });
const spots = (page) => drawing(page).getByRole("link");
const note = (page) => page.getByText(/on this map\./);
const switchTo = (page, look) => page.getByRole("group", { name: "Show as" }).getByRole("link", { name: look }).click();

/** The box that the address names. */
const within = (page) => new URL(page.url()).searchParams.get("within");

/** Waits until the map says that it shows so many leads of so many. */
async function untilShown(page, shown, total) {
  const expect = `${shown.toLocaleString("en")} of ${total.toLocaleString("en")} leads on this map.`;
  await until(expect, async () => (await note(page).innerText()).startsWith(expect));
}

journey("the list is a map too, of the leads of its filters, and a link to it shows the same", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  await server.search({ ...RESTAURANTS, category: "cafe" });
  await dashboard.visit(page, "/leads?sort=name");
  await dashboard.mark(page);
  const { meta } = await server.api("/api/businesses?limit=1");
  await switchTo(page, "Map");
  await page.waitForURL("**/leads?sort=name&view=map");
  await untilShown(page, meta.total, meta.total);
  await until("the title has the focus", async () =>
    (await page.evaluate(() => document.activeElement.textContent)) === "Leads");

  await page.getByRole("group", { name: "Filters" }).getByText("Category", { exact: true }).click();
  await page.getByRole("list", { name: "Category" }).getByRole("link", { name: /^restaurant/i }).click();
  await page.waitForURL(/category=restaurant.*view=map/);
  const wanted = await server.api("/api/businesses?category=restaurant&limit=1");
  await untilShown(page, wanted.meta.total, wanted.meta.total);
  assert.ok(await dashboard.isMarked(page), "no document was loaded");
  await page.reload();
  await dashboard.live(page);
  await untilShown(page, wanted.meta.total, wanted.meta.total);
  await switchTo(page, "Table");
  await page.waitForURL((url) => !url.searchParams.has("view"));
  await dashboard.rows(page).first().waitFor();
  assert.equal(new URL(page.url()).searchParams.get("category"), "restaurant");
  await page.goBack();
  await untilShown(page, wanted.meta.total, wanted.meta.total);
});

journey("a spot of many is looked at closer until its leads are alone, and the way back leads out again", async ({
  page, server,
}) => {
  await server.search(RESTAURANTS);
  await dashboard.visit(page, "/leads?view=map");
  const first = await spots(page).count();
  assert.ok(first < 150, `${first} spots`);
  await spots(page).filter({ hasNot: page.locator("title") }).first().click();
  await until("a part is shown", async () => within(page) !== null);
  const once = within(page);
  await until("it is another map", async () => /^\d+ of /.test(await note(page).innerText()));
  await page.getByRole("link", { name: "Zoom in" }).click();
  await until("a smaller part is shown", async () => within(page) !== once);
  await page.goBack();
  await page.goBack();
  await until("all is shown again", async () => within(page) === null);
  await until("its spots are back", async () => (await spots(page).count()) === first);
});

journey("a lead on the map shows itself beside its place, by pointer and by keys", async ({ page, server }) => {
  const { id } = await server.api("/api/businesses", LONELY);
  await server.search(RESTAURANTS);
  await dashboard.visit(page, "/leads?view=map");
  const card = page.getByRole("group", { name: LONELY.name });
  await spots(page).and(page.getByRole("link", { name: LONELY.name })).click();
  await card.getByText("Not enriched").waitFor();
  assert.equal(await card.locator('a[href="tel:+358191234567"]').count(), 1);
  await card.getByRole("button", { name: "Close" }).click();
  await card.waitFor({ state: "detached" });

  await spots(page).and(page.getByRole("link", { name: LONELY.name })).focus();
  await page.keyboard.press("Enter");
  const link = card.getByRole("link", { name: LONELY.name });
  await until("the card has the focus", async () => link.evaluate((it) => it === document.activeElement));
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/leads/${id}`);
  await page.goBack();

  await drawing(page).focus();
  await page.keyboard.press("+");
  await until("keys zoom", async () => within(page) !== null);
  const before = within(page);
  await page.keyboard.press("ArrowLeft");
  await until("keys move", async () => within(page) !== before);
  const west = (box) => Number(box.split(",")[0]);
  assert.ok(west(within(page)) < west(before), `${within(page)} is west of ${before}`);
  await page.keyboard.press("Home");
  await until("a key shows all", async () => within(page) === null);
});

journey("the map is dragged with a mouse", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  await dashboard.visit(page, "/leads?view=map");
  const box = await drawing(page).boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await until("another part is shown", async () => within(page) !== null);
  const [west, , east] = within(page).split(",").map(Number);
  const whole = await server.api("/api/businesses/map");
  const [first, , last] = whole.within.split(",").map(Number);
  const moved = ((west + east) / 2 - (first + last) / 2) / (east - west);
  assert.ok(Math.abs(moved - 0.25) < 0.02, `moved by ${moved} of its width`);
  assert.ok(new URL(page.url()).pathname === "/leads", "a drag is no click");
});

journey("leads in one place are a list, and those without a place are counted", async ({ page, server }) => {
  for (let n = 0; n < 12; n += 1) await server.api("/api/businesses", { ...TOWER, name: `Torni ${n}` });
  await server.api("/api/businesses", LONELY);
  await server.api("/api/businesses", { name: "Pilvi", city: "Turku" });
  await dashboard.visit(page, "/leads?view=map");
  await page.getByText("13 of 14 leads on this map. 1 lead has no place on any map.").waitFor();
  await spots(page).and(page.getByRole("link", { name: "12 leads in one place: list them" })).click();
  await page.waitForURL(/bbox=/);
  await until("they are listed", async () => (await dashboard.rows(page).count()) === 12);
});

journey("the map follows what happens elsewhere", async ({ page, server }) => {
  const { id, version } = await server.api("/api/businesses", LONELY);
  await dashboard.visit(page, "/leads?view=map");
  await page.getByText("1 of 1 lead on this map.").waitFor();
  const other = await server.api("/api/businesses", { ...TOWER, name: "Torni" });
  await page.getByText("2 of 2 leads on this map.").waitFor();
  await server.api(`/api/businesses/${other.id}`, undefined, { method: "DELETE", version: other.version });
  await page.getByText("1 of 1 lead on this map.").waitFor();
  await server.api(`/api/businesses/${id}`, { name: "Majakka Oy" }, { method: "PATCH", version });
  await spots(page).and(page.getByRole("link", { name: "Majakka Oy" })).waitFor();
});

journey("the map works without script", async ({ page, server, problems }) => {
  problems.expect(SCRIPT_BLOCKED);
  await server.search(RESTAURANTS);
  const { id } = await server.api("/api/businesses", LONELY);
  await page.goto("/leads");
  await switchTo(page, "Map");
  await page.waitForURL(/view=map/);
  await page.getByRole("link", { name: "Zoom in" }).click();
  await page.waitForURL(/within=/);
  await page.getByRole("link", { name: "All", exact: true }).click();
  await page.waitForURL((url) => !url.searchParams.has("within"));
  await page.getByText("Show this map as a table").click();
  const table = page.locator(".map-table");
  assert.equal(await table.locator("tbody tr").count(), await spots(page).count());
  await table.getByRole("link", { name: LONELY.name }).click();
  await page.waitForURL(`**/leads/${id}`);
}, { javaScriptEnabled: false });

journey("the map fits and is accessible in light, dark and on a phone", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  await server.api("/api/businesses", { ...LONELY, latitude: 60.171, longitude: 24.92 });
  await dashboard.visit(page, "/leads?view=map");
  await inEveryView(page, "leads-map", (view) => fitsAndIsAccessible(page, `map, ${view.name}`));
  await page.goto("/leads?view=map&within=24.915,60.169,24.925,60.173");
  await dashboard.live(page);
  await spots(page).and(page.getByRole("link", { name: LONELY.name })).click();
  await page.getByText("Show this map as a table").click();
  await inEveryView(page, "leads-map-card", (view) => fitsAndIsAccessible(page, `card on the map, ${view.name}`));
});

journey("on a phone a finger tells the spots apart, and their digits can be read", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 844 });
    await dashboard.visit(page, "/leads?view=map");
    const shown = await spots(page).evaluateAll((all) => all.map((spot) => {
      const { x, y, width, height } = spot.querySelector("circle").getBoundingClientRect();
      const text = spot.querySelector("text");
      const letters = text && Number.parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a;
      return { x: x + width / 2, y: y + height / 2, size: Math.min(width, height), letters };
    }));
    assert.ok(shown.length > 10, `${shown.length} spots`);
    for (const { size, letters } of shown) {
      assert.ok(size >= 24, `${size} px across in a window of ${width} px`);
      assert.ok(letters === null || letters >= 11, `letters of ${letters} px in a window of ${width} px`);
    }
    const many = shown.filter(({ letters }) => letters !== null);
    const least = width === 390 ? 24 : 19;
    for (const [at, one] of many.entries()) {
      for (const other of many.slice(at + 1)) {
        const way = Math.hypot(one.x - other.x, one.y - other.y);
        assert.ok(way >= least, `two spots are ${way} px apart in a window of ${width} px`);
      }
    }
    const [tools, frame] = await Promise.all([".map-tools", ".leads-map"].map((it) => page.locator(it).boundingBox()));
    assert.ok(tools.y > frame.y && tools.y + tools.height <= frame.y + frame.height, "the tools are in the frame");
  }
});
