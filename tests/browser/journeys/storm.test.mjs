import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { CLEAR, Proxy, spell } from "../lib/proxy.mjs";
import { Random } from "../lib/random.mjs";
import { seen, watchRows } from "../lib/sight.mjs";
import { until } from "../lib/wait.mjs";
import { Writer } from "../lib/writer.mjs";

/** Each decides what befalls the connections, what is written, and when the server is killed. */
const SEEDS = (process.env.LETIP_STORM_SEEDS ?? "1,2,3,4").split(",").map(Number);
/** Changes in the storm, and behind it. */
const CHANGES = [60, 10];

/** Lists that differ in order, filter, length of their pages, and in what a page can decide of them by itself. */
const LISTS = ["?limit=200", "?limit=20&sort=name&hasPhone=true&city=Helsinki", "?limit=20&search=kahvila"];
/** So high that every row is on screen: the lists are compared as a whole. */
const SCREEN = { width: 1280, height: 12_000 };

for (const seed of SEEDS) {
  journey(`after a storm and a kill, lists show what the server has, and nothing went back: seed ${seed}`, (world) => {
    return storm(world, seed);
  });
}

async function storm({ server, page, open, problems }, seed) {
  problems.expect(/net::ERR_(CONNECTION|EMPTY_RESPONSE|INCOMPLETE_CHUNKED|CONTENT_LENGTH|INVALID_HTTP|SOCKET)/);
  problems.expect(/WebSocket connection to .* failed/);
  const random = new Random(seed);
  const writer = new Writer(server, random.fork());
  for (let change = 0; change < 5; change += 1) await writer.change();
  const proxy = await Proxy.start(server.port);
  try {
    const pages = [page, await open(), await open()];
    for (const [at, tab] of pages.entries()) {
      await tab.setViewportSize(SCREEN);
      await dashboard.visit(tab, `${proxy.url}/leads${LISTS[at]}`);
      await dashboard.mark(tab);
      await watchRows(tab);
    }
    await inBadWeather(proxy, pages, random, () => writeAndKill(server, writer, random.fork()));
    proxy.cut();
    for (let change = 0; change < CHANGES[1]; change += 1) await writer.change();
    let states = 0;
    for (const [at, tab] of pages.entries()) states += await untilSame(tab, server, LISTS[at]);
    assert.ok(states > 20, `the lists were seen to change ${states} times`);
    assert.ok(proxy.broken > 10, `${proxy.broken} of ${proxy.connections} connections were broken`);
  } finally {
    await proxy.stop();
  }
}

/** The connections change their behaviour, and machines believe to be online again, until `during` is done. */
async function inBadWeather(proxy, pages, random, during) {
  let over = false;
  const weather = async (random) => {
    while (!over) {
      const { weather, lasts, cuts } = spell(random);
      proxy.set(weather);
      if (cuts) proxy.cut();
      await pause(lasts);
    }
    proxy.set(CLEAR);
  };
  const people = async (random) => {
    while (!over) {
      await online(random.of(pages));
      await pause(random.between(20, 200));
    }
  };
  // What goes wrong with them, such as a page that is closed, is told by whoever waits for the page.
  const others = Promise.allSettled([weather(random.fork()), people(random.fork())]);
  try {
    await during();
  } finally {
    over = true;
    await others;
  }
}

async function writeAndKill(server, writer, random) {
  const end = writer.changes + CHANGES[0];
  const fatal = writer.changes + random.between(15, CHANGES[0] - 15);
  const writing = async () => {
    while (writer.changes < end) {
      await writer.change();
      await pause(random.between(0, 80));
    }
  };
  const killing = async () => {
    await until("it is time for the server to be killed", () => writer.changes >= fatal);
    await server.kill();
    await server.restart();
  };
  await Promise.all([writing(), killing()]);
}

/** What a browser says when its machine has a network again: the next attempt to connect is made now. */
function online(page) {
  return page.evaluate(() => globalThis.dispatchEvent(new Event("online")));
}

/** Waits for the page to show what the server answers; gives how often its list had changed until then. */
async function untilSame(page, server, list) {
  const { data, meta } = await server.api(`/api/businesses${list.replace(/limit=\d+/, "limit=200")}`);
  const expected = [...data.map((lead) => lead.name), meta.total === 1 ? "1 lead" : `${meta.total} leads`].join("\n");
  await online(page);
  await dashboard.live(page);
  await until(`the page lists what ${list} has:\n${expected}\n`, async () => {
    const total = (await page.locator(".active__total").innerText()).trim();
    const shown = [...(await dashboard.rows(page).allInnerTexts()), total].join("\n");
    if (shown !== expected) throw new Error(shown);
    return true;
  });
  const { states, older, doubled } = await seen(page);
  assert.deepEqual({ older, doubled }, { older: [], doubled: [] }, list);
  assert.ok(await dashboard.isMarked(page), "the page was loaded again");
  return states;
}
