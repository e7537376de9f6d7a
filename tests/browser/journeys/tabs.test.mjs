import assert from "node:assert/strict";

import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { CUT_OFF } from "../lib/problems.mjs";
import { seen, watchRows } from "../lib/sight.mjs";
import { until } from "../lib/wait.mjs";

const LIST = "/leads?sort=name";

journey("all tabs of a browser share one socket, and the next one opens its own when the first is closed", async (world) => {
  const { server, page } = world;
  const others = await tabs(world, 2);
  assert.equal(await sockets(server), 1);
  await server.api("/api/businesses", { name: "Aaro" });
  await listed([page, ...others], ["Aaro"]);

  await page.close();
  await server.api("/api/businesses", { name: "Berta" });
  await listed(others, ["Aaro", "Berta"]);
  await until("there is one socket again", async () => (await sockets(server)) === 1);
  await others[0].close();
  await server.api("/api/businesses", { name: "Cecilia" });
  await listed(others.slice(1), ["Aaro", "Berta", "Cecilia"]);
  const { older, doubled } = await seen(others[1]);
  assert.deepEqual({ older, doubled }, { older: [], doubled: [] });
  assert.ok(await dashboard.isMarked(others[1]), "the page was loaded again");
});

journey("a lost connection is told in every tab, and what happened meanwhile is shown in each", async (world) => {
  const { server, page, problems } = world;
  const all = [page, ...(await tabs(world, 1))];
  problems.expect(CUT_OFF);
  await server.kill();
  await Promise.all(all.map(cutOff));
  await server.restart();
  await server.api("/api/businesses", { name: "Aaro" });
  await Promise.all(all.map(dashboard.live));
  await listed(all, ["Aaro"]);
  assert.equal(await sockets(server), 1);
});

journey("a tab that crashed leaves the socket to another", async (world) => {
  const { server, page, problems } = world;
  const [other] = await tabs(world, 1);
  problems.expect(/unreachable/);
  await dashboard.crash(page);
  await page.getByText("This page stopped working").waitFor();
  await server.api("/api/businesses", { name: "Aaro" });
  await listed([other], ["Aaro"]);
});

journey("a tab that the browser holds up loses the socket to one that is looked at", async (world) => {
  const { context, server, page } = world;
  const [other] = await tabs(world, 1);
  const frozen = await context.newCDPSession(page);
  await frozen.send("Page.setWebLifecycleState", { state: "frozen" });
  await server.api("/api/businesses", { name: "Aaro" });
  await other.evaluate(() => document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));
  await listed([other], ["Aaro"]);
  await frozen.send("Page.setWebLifecycleState", { state: "active" });
  await server.api("/api/businesses", { name: "Berta" });
  await listed([page, other], ["Aaro", "Berta"]);
  await until("there is one socket", async () => (await sockets(server)) === 1);
});

/** Shows the list in the world's page and in so many further tabs; answers those. */
async function tabs({ page, open }, count) {
  const others = await Promise.all(Array.from({ length: count }, () => open()));
  for (const tab of [page, ...others]) {
    await dashboard.visit(tab, LIST);
    await dashboard.mark(tab);
    await watchRows(tab);
  }
  return others;
}

async function listed(pages, names) {
  for (const page of pages) {
    await until(`a tab lists ${names.join(", ")}`, async () => {
      return (await dashboard.rows(page).allInnerTexts()).join() === names.join();
    });
  }
}

async function cutOff(page) {
  const badge = page.locator('[aria-label="Connection"]');
  await until("a tab says that it is cut off", async () => (await badge.getAttribute("data-state")) !== "live");
}

async function sockets(server) {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/^socketio_connections (\d+)/m.exec(metrics)?.[1]);
}
