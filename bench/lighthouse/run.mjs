// Prints Lighthouse's scores of the pages as JSON, in hundredths: `node run.mjs [TURNS]`, with LETIP_BIN and LETIP_CHROMIUM as for
// the browser tests. What it finds fault with goes to standard error.
import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

import { RESTAURANTS } from "../../tests/browser/lib/page.mjs";
import { Server } from "../../tests/browser/lib/server.mjs";

const CATEGORIES = ["performance", "accessibility", "best-practices"];
/** Of these every fault is told, performance is a matter of the machine. */
const JUDGED = ["accessibility", "best-practices"];
const FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];

const turns = Number(process.argv[2] ?? 3);
const server = await Server.start();
const chrome = await launch({ chromePath: process.env.LETIP_CHROMIUM ?? "/usr/bin/chromium", chromeFlags: FLAGS });
try {
  const { jobId } = await server.search(RESTAURANTS);
  const { data } = await server.api("/api/businesses?limit=1");
  const paths = {
    overview: "/",
    find: "/find",
    "list of leads": "/leads",
    lead: `/leads/${data[0].id}`,
    jobs: "/jobs",
    job: `/jobs/${jobId}`,
    "form of a lead": "/leads/new",
  };
  const scores = [];
  for (const [page, path] of Object.entries(paths)) {
    for (const [device, config] of [["phone", undefined], ["desktop", desktopConfig]]) {
      scores.push({ page, device, ...(await judged(server.url + path, config, `${page}, ${device}`)) });
    }
  }
  console.log(JSON.stringify(scores));
} finally {
  chrome.kill();
  await server.stop();
}

/** The medians of each score over all turns. */
async function judged(url, config, name) {
  const reports = [];
  for (let turn = 0; turn < turns; turn += 1) {
    reports.push(await report(url, config, name));
  }
  tellFaults(reports[0], name);
  const [performance, accessibility, bestPractices] = CATEGORIES.map((category) =>
    median(reports.map((report) => Math.round(report.categories[category].score * 100))),
  );
  return { performance, accessibility, bestPractices };
}

/** On a busy machine Lighthouse may fail to record a visit, and asks to be run again. */
async function report(url, config, name, triesLeft = 2) {
  const { lhr } = await lighthouse(url, { port: chrome.port, onlyCategories: CATEGORIES, logLevel: "error" }, config);
  if (!lhr.runtimeError) return lhr;
  if (triesLeft > 0) return report(url, config, name, triesLeft - 1);
  throw new Error(`${name}: ${lhr.runtimeError.message}`);
}

function tellFaults({ categories, audits }, name) {
  for (const category of JUDGED) {
    for (const { id, weight } of categories[category].auditRefs) {
      const { score, title, details } = audits[id];
      if (weight === 0 || score === null || score === 1) continue;
      console.error(`${name}: ${title}`);
      for (const { node, description } of details?.items ?? []) console.error(`    ${node?.snippet ?? description ?? ""}`);
    }
  }
}

function median(values) {
  return values.toSorted((one, two) => one - two)[Math.floor(values.length / 2)];
}
