// Prints the figures of first visits as JSON: `node measure.mjs [VISITS]`, with LETIP_BIN as for the tests.
import { launch } from "./lib/launch.mjs";
import { firstVisit, routeBytes } from "./lib/measure.mjs";
import { RESTAURANTS } from "./lib/page.mjs";
import { Server } from "./lib/server.mjs";

const visits = Number(process.argv[2] ?? 5);
const server = await Server.start();
const browser = await launch();
try {
  await server.search(RESTAURANTS);
  const figures = {};
  for (const path of ["/", "/find", "/leads"]) {
    const measured = [];
    for (let visit = 0; visit < visits; visit += 1) measured.push(await freshVisit(path));
    figures[path] = {
      html: measured[0].bytes.html,
      route: routeBytes(measured[0]),
      firstContentfulPaint: median(measured.map((it) => it.firstContentfulPaint)),
      live: median(measured.map((it) => it.live)),
    };
  }
  console.log(JSON.stringify(figures));
} finally {
  await browser.close();
  await server.stop();
}

async function freshVisit(path) {
  const context = await browser.newContext({ baseURL: server.url });
  try {
    return await firstVisit(context, path);
  } finally {
    await context.close();
  }
}

function median(values) {
  return values.toSorted((one, two) => one - two)[Math.floor(values.length / 2)];
}
