// Prints as JSON how a long list scrolls: `node scroll.mjs`, with LETIP_BIN as for the tests and LETIP_DATA, a data folder
// with many leads.
import { readFile } from "node:fs/promises";

import { launch } from "./lib/launch.mjs";
import { live } from "./lib/page.mjs";
import { Server } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

/** How fast the list goes by, in rows a second, and for how many seconds. */
const PACES = { read: [30, 8], wheel: [150, 8], fling: [900, 8] };
/** Places that somebody drags the scrollbar to. */
const JUMPS = 12;
/** Letters as quick as somebody who types well. */
const TYPED = { delay: 120 };
const WINDOW = { width: 1280, height: 900 };

const server = await Server.start({ data: process.env.LETIP_DATA });
const browser = await launch();
try {
  const { meta } = await server.api("/api/businesses?limit=1");
  const page = await browser.newPage({ baseURL: server.url, viewport: WINDOW });
  await page.addInitScript(keepMemory);
  await page.goto("/leads?sort=name");
  await live(page);
  await until("the list is as long as the result", () => page.evaluate((rows) => list().rows === rows, meta.total));
  const paces = {};
  for (const [name, [rows, seconds]] of Object.entries(PACES)) {
    paces[name] = await page.evaluate(glide, [rows, seconds]);
  }
  const jumps = [];
  for (let jump = 1; jump <= JUMPS; jump += 1) jumps.push(await page.evaluate(goTo, jump / (JUMPS + 1)));
  const end = await page.evaluate(goTo, 1);
  const answers = await answersOn(page, server);
  jumps.sort((one, two) => one - two);
  const memory = { ...(await memoryOf(browser, page)), rows: await page.evaluate(() => document.querySelectorAll("tr.row").length) };
  console.log(JSON.stringify({ leads: meta.total, paces, jump: Math.round(jumps[jumps.length >> 1]), end: Math.round(end), answers, memory }));
} finally {
  await browser.close();
  await server.stop();
}

/** What people ask of a list, by which the page answers: from the click, or the last key, to the frame with the first of the rows. */
async function answersOn(page, server) {
  const head = (name) => () => page.getByRole("columnheader", { name }).getByRole("link").click();
  const search = page.getByRole("searchbox", { name: "Search leads" });
  const menu = (name, entry) => async () => {
    await page.getByRole("group", { name: "Filters" }).getByText(name, { exact: true }).click();
    await page.getByRole("list", { name }).getByRole("link", { name: entry }).first().click();
  };
  const steps = [
    ["sort", "sort=city", head("City")],
    ["sort", "sort=-city", head("City")],
    ["sort", "sort=name", head("Name")],
    ["sort", "sort=-name", head("Name")],
    ["filter", "sort=-name&category=plumber", menu("Category", /^plumber/i)],
    ["filter", "sort=-name", menu("Category", /^any/i)],
    ["filter", "sort=-name&category=florist", menu("Category", /^florist/i)],
    ["filter", "sort=-name", menu("Category", /^any/i)],
    ["search", "sort=-name&search=maple", () => search.pressSequentially("maple", TYPED)],
    ["search", "sort=-name&search=maple+oak", () => search.pressSequentially(" oak", TYPED)],
    ["search", "sort=-name&search=river", () => search.fill("river")],
    ["search", "sort=-name", () => search.fill("")],
  ];
  const answers = {};
  for (const [kind, query, act] of steps) {
    const { data } = await server.api(`/api/businesses?${query}&limit=1`);
    await page.evaluate(() => scrollTo(0, 0));
    await page.evaluate(expectFirst, data[0].name);
    await act();
    (answers[kind] ??= []).push(Math.round(await page.evaluate(() => globalThis.answered)));
  }
  return answers;
}

/** Runs on the page: `answered` becomes the milliseconds from the last click or input to the frame whose first row has that name. */
function expectFirst(name) {
  let asked = Infinity;
  const note = (event) => {
    asked = event.timeStamp;
  };
  for (const kind of ["click", "input"]) addEventListener(kind, note, { capture: true });
  globalThis.answered = new Promise((resolve) => {
    const frame = () => {
      const isThere = document.querySelector("tr.row [data-row]")?.textContent === name;
      if (!isThere || asked === Infinity) return requestAnimationFrame(frame);
      for (const kind of ["click", "input"]) removeEventListener(kind, note, { capture: true });
      // The frame after this one begins when this one is painted.
      requestAnimationFrame(() => resolve(performance.now() - asked));
    };
    requestAnimationFrame(frame);
  });
}

/** Bytes: of the script's heap, of the module, and what the page's process has for itself alone. */
async function memoryOf(browser, page) {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  await session.send("Performance.enable");
  const { metrics } = await session.send("Performance.getMetrics");
  const { result } = await session.send("Runtime.evaluate", { expression: "letipMemory?.buffer.byteLength" });
  const { processInfo } = await (await browser.newBrowserCDPSession()).send("SystemInfo.getProcessInfo");
  const own = [];
  for (const { type, id } of processInfo) {
    if (type !== "renderer") continue;
    const text = await readFile(`/proc/${id}/smaps_rollup`, "utf8");
    const kilobytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0);
    own.push((kilobytes("Private_Dirty") + kilobytes("Private_Clean")) * 1024);
  }
  const heap = metrics.find(({ name }) => name === "JSHeapUsedSize").value;
  return { heap, module: result.value, process: Math.max(...own) };
}

/** Runs on the page before all else: keeps what the module's memory is, and what the list is. */
function keepMemory() {
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const instantiate = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const made = await instantiate.apply(WebAssembly, given);
      globalThis.letipMemory ??= (made.instance ?? made).exports.memory;
      return made;
    };
  }
  globalThis.list = () => {
    const body = document.querySelector("table tbody");
    const row = body.querySelector("tr.row")?.getBoundingClientRect().height ?? 0;
    const { top, height } = body.getBoundingClientRect();
    return { top, row, rows: row && Math.round(height / row) };
  };
  /** Whether the middle of the screen has a row, and not the room for one. */
  globalThis.isFilled = () => document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest("tr.row") != null;
}

/** Runs on the page: scrolls so many rows a second for so many seconds; gives what frames there were. */
function glide([rows, seconds]) {
  const seen = { frames: 0, late: 0, empty: 0, longest: 0, longTasks: 0 };
  const tasks = new PerformanceObserver((entries) => (seen.longTasks += entries.getEntries().length));
  tasks.observe({ type: "longtask" });
  const { row } = list();
  const begin = performance.now();
  let before;
  return new Promise((resolve) => {
    const frame = (now) => {
      if (before !== undefined) {
        seen.frames += 1;
        if (now - before > 25) seen.late += 1;
        seen.longest = Math.max(seen.longest, now - before);
        if (!isFilled()) seen.empty += 1;
        scrollBy(0, ((now - before) / 1000) * rows * row);
      }
      before = now;
      if (now - begin < seconds * 1000) return requestAnimationFrame(frame);
      tasks.disconnect();
      resolve({ ...seen, longest: Math.round(seen.longest) });
    };
    requestAnimationFrame(frame);
  });
}

/** Runs on the page: goes to a part of the list; gives the milliseconds until rows are there. */
function goTo(part) {
  const { top, row, rows } = list();
  const begin = performance.now();
  scrollTo(0, scrollY + top + (rows - 1) * row * part);
  return new Promise((resolve) => {
    const frame = () => (isFilled() ? resolve(performance.now() - begin) : requestAnimationFrame(frame));
    requestAnimationFrame(() => requestAnimationFrame(frame));
  });
}
