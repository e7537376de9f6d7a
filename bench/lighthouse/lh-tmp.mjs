import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import { RESTAURANTS } from "../../tests/browser/lib/page.mjs";
import { Server } from "../../tests/browser/lib/server.mjs";
const FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];
const server = await Server.start();
const chrome = await launch({ chromePath: "/usr/bin/chromium", chromeFlags: FLAGS });
try {
  const { jobId } = await server.search(RESTAURANTS);
  const { data } = await server.api("/api/businesses?limit=1");
  const paths = { leads: "/leads", lead: `/leads/${data[0].id}`, job: `/jobs/${jobId}`, overview: "/", find: "/find", jobs: "/jobs" };
  for (const [name, path] of Object.entries(paths)) {
    if (process.env.ONLY && !process.env.ONLY.split(",").includes(name)) continue;
    for (let t = 0; t < Number(process.env.TURNS ?? 3); t += 1) {
      const { lhr } = await lighthouse(server.url + path, { port: chrome.port, onlyCategories: ["performance"], logLevel: "error" });
      const a = lhr.audits;
      const f = (id) => `${id} ${Math.round(a[id].numericValue * 1000) / 1000}(${a[id].score})`;
      console.log(name, Math.round(lhr.categories.performance.score * 100), ["first-contentful-paint", "largest-contentful-paint", "speed-index", "total-blocking-time", "cumulative-layout-shift", "interactive"].map(f).join(" "));
      if (t === 0 && process.env.MORE) {
        for (const it of a["long-tasks"]?.details?.items ?? []) console.log("   task", it.url, Math.round(it.startTime), Math.round(it.duration));
        for (const it of a["network-requests"].details.items) console.log("   ", it.url.replace(server.url, "").slice(0, 60), it.priority, Math.round(it.networkRequestTime), Math.round(it.networkEndTime), it.transferSize);
        console.log(JSON.stringify(a["largest-contentful-paint-element"]?.details?.items?.[0] ?? a["lcp-breakdown-insight"]?.details ?? null)?.slice(0, 600));
      }
    }
  }
} finally { chrome.kill(); await server.stop(); }
