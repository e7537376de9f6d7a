// Prints the figures of first visits as JSON: `node measure.mjs [VISITS]`, with LETIP_BIN as for the tests. Where
// LETIP_REACT_PEER names the folder in which `bench/react-peer` was built, those of the list of leads beside that peer too,
// in turns.
import { createServer } from "node:http";

import { launch } from "./lib/launch.mjs";
import { routeBytes, untilSeen, visitIn } from "./lib/measure.mjs";
import { RESTAURANTS } from "./lib/page.mjs";
import { Peer } from "./lib/peer.mjs";
import { Server } from "./lib/server.mjs";

/** The list that both show, whose first lead is renamed. */
const LIST = "/leads";

/** What the browser makes of this machine: bytes a second both ways, milliseconds there and back. */
const CONDITIONS = [
  { name: "machine" },
  { name: "phone", slower: 4, latency: 150, download: 1_600_000 / 8, upload: 750_000 / 8 },
];

/** How long a tab is there before it is sent anywhere: a page is not to wait for the start of a tab. */
const REST = 700;

const visits = Number(process.argv[2] ?? 15);
const dist = process.env.LETIP_REACT_PEER;
const server = await Server.start();
const browser = await launch();
try {
  await server.search(RESTAURANTS);
  const pages = {};
  for (const path of ["/", "/find", LIST]) pages[path] = await medianOfVisits(server.url, path);
  pages["a page of one word"] = await oneWord((url) => medianOfVisits(url, "/"));
  console.log(JSON.stringify({ pages, list: dist ? await besidePeer() : [] }));
} finally {
  await browser.close();
  await server.stop();
}

/** What this browser takes on this machine for any page: one without script or style, by a server that only sends it. */
async function oneWord(visit) {
  const word = '<!doctype html><html lang="en"><title>Live</title><p aria-label="Connection" data-state="live">Live</p>';
  const serving = createServer((_, response) => response.setHeader("content-type", "text/html").end(word));
  await new Promise((listening) => {
    serving.listen(0, "127.0.0.1", listening);
  });
  try {
    return await visit(`http://127.0.0.1:${serving.address().port}`);
  } finally {
    serving.closeAllConnections();
    serving.close();
  }
}

async function medianOfVisits(url, path) {
  const measured = [];
  for (let visit = 0; visit < visits; visit += 1) measured.push(await inTab(url, (page) => visitIn(page, path)));
  const { bytes, ...times } = medians(measured);
  return { html: bytes.html, route: routeBytes({ bytes }), ...times };
}

/** The figures of each who serves the list, under each condition. */
async function besidePeer() {
  const [inBrowser, onServer] = [await Peer.start(server, dist, "browser"), await Peer.start(server, dist, "server")];
  const serving = { ours: server.url, reactInBrowser: inBrowser.url, reactOnServer: onServer.url };
  const figures = [];
  for (const condition of CONDITIONS) {
    const measured = Object.fromEntries(Object.keys(serving).map((who) => [who, []]));
    for (let visit = 0; visit < visits; visit += 1) {
      for (const [who, url] of Object.entries(serving)) measured[who].push(await visitUnder(condition, url));
    }
    for (const [who, all] of Object.entries(measured)) {
      const { bytes, ...times } = medians(all);
      const { html, api = 0, js = 0, wasm = 0, css = 0 } = bytes;
      figures.push({ who, condition: condition.name, document: html, data: api, script: js + wasm, style: css, ...times });
    }
  }
  await Promise.all([inBrowser.stop(), onServer.stop()]);
  return figures;
}

function visitUnder(condition, url) {
  return inTab(url, async (page) => {
    await impose(condition, page);
    const visit = await visitIn(page, LIST);
    return { ...visit, event: await untilSeen(page, (mark) => renameFirst(mark)) };
  });
}

async function impose({ slower, latency, download, upload }, page) {
  if (!slower) return;
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: slower });
  const network = { offline: false, latency, downloadThroughput: download, uploadThroughput: upload };
  await session.send("Network.emulateNetworkConditions", network);
}

/** Marks the name of the first lead of the list with what is told. */
async function renameFirst(mark) {
  const [lead] = (await server.api("/api/businesses?limit=1")).data;
  const name = `${lead.name.replace(/ @\d+$/, "")} ${mark}`;
  await server.api(`/api/businesses/${lead.id}`, { name }, { method: "PATCH", version: lead.version });
}

/** Calls `visit` with a tab at rest of a browser that was nowhere yet. */
async function inTab(baseURL, visit) {
  const context = await browser.newContext({ baseURL, locale: "en-US" });
  try {
    const page = await context.newPage();
    await page.waitForTimeout(REST);
    return await visit(page);
  } finally {
    await context.close();
  }
}

/** Each figure's median; figures within figures too. */
function medians(all) {
  const of = (values) => (typeof values[0] === "object" ? medians(values) : median(values));
  return Object.fromEntries(Object.keys(all[0]).map((name) => [name, of(all.map((figures) => figures[name]))]));
}

function median(values) {
  return values.toSorted((one, two) => one - two)[Math.floor(values.length / 2)];
}
