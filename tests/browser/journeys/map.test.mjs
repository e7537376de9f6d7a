import assert from "node:assert/strict";

import { fitsAndIsAccessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS } from "../lib/page.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { SCRIPT_BLOCKED } from "../lib/problems.mjs";
import { TileServer } from "../lib/tiles.mjs";
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

const ATTRIBUTION = "Map © Example of a town";
/** The most tiles that a map asks for. */
const MOST_TILES = 60;
const tiles = await TileServer.start();
const WITH_TILES = { options: ["--tiles-url", tiles.template, "--tiles-attribution", ATTRIBUTION] };

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
  const cardHasFocus = () => link.evaluate((it) => it === document.activeElement);
  await until("the card has the focus", cardHasFocus);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/leads/${id}`);
  await page.goBack();

  await spots(page).and(page.getByRole("link", { name: LONELY.name })).click();
  await until("the card has the focus again", cardHasFocus);
  assert.equal(await page.evaluate(focusAfterClosing), "spot", "whoever moves on at once is not fetched back");

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

/** Runs on the page: closes the card and gives a spot the focus before the next frame; what has it in the end. */
async function focusAfterClosing() {
  document.querySelector(".map-card button").click();
  const spot = document.querySelector(".map--leads a[data-lead]");
  spot.focus();
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  await frame();
  await frame();
  return document.activeElement === spot ? "spot" : document.activeElement.outerHTML.slice(0, 99);
}

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

const pieces = (page) => page.locator(".map-tiles img");
const mapOf = (within) => `/leads?view=map&within=${within}`;

/** How many pixels the pin of a lead that stands alone is from the lead's place on its tile. */
async function beside(page, lead) {
  return page.evaluate(({ name, latitude, longitude }) => {
    const spot = [...document.querySelectorAll(".map--leads a")].find((it) => it.getAttribute("aria-label") === name);
    const pin = spot.querySelector(".map__pin").getBoundingClientRect();
    const all = [...document.querySelectorAll(".map-tiles img")];
    const zoom = Number(new URL(all[0].src).pathname.split("/")[1]);
    const column = ((longitude + 180) / 360) * 2 ** zoom;
    const row = ((1 - Math.asinh(Math.tan((latitude * Math.PI) / 180)) / Math.PI) / 2) * 2 ** zoom;
    const path = `/${zoom}/${Math.floor(column)}/${Math.floor(row)}.png`;
    // A tile of a large part of the earth is drawn in strips, from above.
    const strips = all.filter((it) => new URL(it.src).pathname === path);
    const tile = strips[Math.floor((row % 1) * strips.length)].getBoundingClientRect();
    const [x, y] = [tile.x + (column % 1) * tile.width, tile.y + (row % 1) * tile.height];
    return Math.hypot(x - (pin.x + pin.width / 2), y - (pin.y + pin.height / 2));
  }, lead);
}

/** Waits until every tile of the map has come. */
async function untilTiles(page) {
  await until("the tiles are there", () =>
    pieces(page).evaluateAll((all) => all.length > 0 && all.every((it) => it.complete && it.naturalWidth > 0)));
}

journey("a map lies on the tiles of a server that is named, in line with them, from near and far", async ({
  page, server,
}) => {
  tiles.begin();
  await server.api("/api/businesses", LONELY);
  const views = ["22.96,59.82,22.98,59.827", "22,59.5,24,60.5", "19,59,32,70", "-25,35,45,72", "-180,-60,180,75"];
  for (const within of views) {
    tiles.asked = [];
    await dashboard.visit(page, mapOf(within));
    await untilTiles(page);
    const way = await beside(page, LONELY);
    assert.ok(way <= 2, `the lead is ${way} px beside its place on a map of ${within}`);
    const asked = new Set(tiles.asked.map(({ url }) => url));
    assert.ok(asked.size > 0 && asked.size <= MOST_TILES, `${asked.size} tiles of ${within}`);
    for (const { url, zoom, column, row, referer } of tiles.asked) {
      assert.ok(column < 2 ** zoom && row < 2 ** zoom, `${url} is a tile`);
      assert.equal(referer, `${server.url}/`, "the server of the tiles is told the site and not the page");
    }
  }

  await dashboard.visit(page, mapOf(views[1]));
  await untilTiles(page);
  await drawing(page).focus();
  for (const key of ["+", "-", "ArrowLeft", "ArrowDown"]) {
    const before = within(page);
    await page.keyboard.press(key);
    await until(`${key} moves the map`, async () => within(page) !== before);
    await untilTiles(page);
    await until(`the lead is in its place after ${key}`, async () => (await beside(page, LONELY)) <= 2);
  }
  const box = await drawing(page).boundingBox();
  await page.mouse.move(box.x + 20, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + 100, box.y + 70, { steps: 4 });
  await until("the tiles are dragged along", async () => (await beside(page, LONELY)) <= 2);
  await page.mouse.up();
  await until("they lie there", async () => (await beside(page, LONELY)) <= 2);
}, WITH_TILES);

journey("whose the tiles are stands in the corner of the map, in light, dark and on a phone", async ({ page, server }) => {
  tiles.begin();
  await server.api("/api/businesses", LONELY);
  await server.search(RESTAURANTS);
  await dashboard.visit(page, "/leads?view=map");
  await inEveryView(page, "leads-map-tiles", async (view) => {
    await untilTiles(page);
    const [credit, map] = await Promise.all([page.getByText(ATTRIBUTION), drawing(page)].map((it) => it.boundingBox()));
    const [right, bottom] = ["x", "y"].map((side, n) => {
      const size = ["width", "height"][n];
      return map[side] + map[size] - credit[side] - credit[size];
    });
    assert.ok(Math.abs(right) < 2 && Math.abs(bottom) < 2, `${view.name}: ${right} and ${bottom} px from the corner`);
    await fitsAndIsAccessible(page, `map with tiles, ${view.name}`);
  });
  await switchTo(page, "Table");
  await dashboard.rows(page).first().waitFor();
  assert.equal(await page.getByText(ATTRIBUTION).count(), 0);
}, WITH_TILES);

journey("a tile that does not come leaves the plain ground", async ({ page, server, problems }) => {
  tiles.begin();
  tiles.lacks = (zoom, column, row) => (column + row) % 2 === 0;
  problems.expect(new RegExp(`404 .*127\\.0\\.0\\.1:${tiles.port}/`));
  await server.api("/api/businesses", LONELY);
  await dashboard.visit(page, mapOf("22,59.5,24,60.5"));
  const lacking = (src) => {
    const [zoom, column, row] = new URL(src).pathname.slice(1, -".png".length).split("/").map(Number);
    return tiles.lacks(zoom, column, row);
  };
  const shown = await until("each tile has come or is gone", async () => {
    const all = await pieces(page).evaluateAll((them) =>
      them.map((it) => ({ src: it.src, hidden: it.hidden, came: it.complete && it.naturalWidth > 0 })));
    return all.length > 0 && all.every(({ hidden, came }) => hidden || came) && all;
  });
  for (const { src, hidden } of shown) assert.equal(hidden, lacking(src), src);
  assert.ok(shown.some(({ hidden }) => hidden) && shown.some(({ hidden }) => !hidden));
  await spots(page).and(page.getByRole("link", { name: LONELY.name })).waitFor();
}, WITH_TILES);

journey("a fine screen has tiles that are not drawn larger than they are", async ({ page, server }) => {
  tiles.begin();
  await server.api("/api/businesses", LONELY);
  await dashboard.visit(page, mapOf("22,59.5,24,60.5"));
  await untilTiles(page);
  const width = await pieces(page).first().evaluate((it) => it.getBoundingClientRect().width);
  assert.ok(width > 127 && width <= 257, `${width} px`);
  assert.ok((await beside(page, LONELY)) <= 2);
}, { ...WITH_TILES, deviceScaleFactor: 2 });

journey("without a server of tiles the map asks nobody", async ({ page, server }) => {
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await server.api("/api/businesses", LONELY);
  await dashboard.visit(page, mapOf("22,59.5,24,60.5"));
  await spots(page).and(page.getByRole("link", { name: LONELY.name })).waitFor();
  await page.getByRole("link", { name: "Zoom in" }).click();
  await until("a smaller part is shown", async () => within(page) !== "22,59.5,24,60.5");
  assert.ok(asked.length > 0);
  assert.deepEqual(asked.filter((url) => !url.startsWith(`${server.url}/`)), []);
  assert.equal(await page.locator("img").count(), 0);
});
