// Runs tests that are a WASM module in Chromium: `node wasm.mjs FOLDER`. The folder holds `tests.js` and
// `tests_bg.wasm`, as wasm-bindgen writes them for the web.
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { launch } from "./lib/launch.mjs";

/** How long all tests of a module may take together. */
const PATIENCE = 120_000;

const FILES = new Map([
  ["/tests.js", "text/javascript"],
  ["/tests_bg.wasm", "application/wasm"],
]);

// wasm-bindgen-test writes into `output`, hands what is printed to the test that runs, and calls it by `invoke`.
const PAGE = `<!doctype html>
<title>Tests</title>
<pre id="output"></pre>
<script>
  window.__wbg_test_invoke = (test) => test();
  for (const method of ["debug", "log", "info", "warn", "error"]) {
    const print = console[method];
    console[method] = (...args) => {
      print.apply(console, args);
      window["on_console_" + method]?.(args);
    };
  }
</script>`;

process.exitCode = (await run(process.argv[2])) ? 0 : 1;

async function run(folder) {
  const server = await serve(folder);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const uncaught = [];
    page.on("pageerror", (error) => uncaught.push(error));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const passed = await Promise.race([page.evaluate(runTests), impatience()]).catch((error) => error);
    console.log(await page.textContent("#output"));
    for (const error of uncaught) console.error("uncaught:", error);
    if (passed instanceof Error) console.error(passed);
    return passed === true && uncaught.length === 0;
  } finally {
    await browser.close();
    server.close();
  }
}

/** On loopback, as storages and channels belong to an origin. */
async function serve(folder) {
  const server = createServer((request, response) => {
    const type = FILES.get(request.url);
    if (type !== undefined) {
      createReadStream(join(folder, request.url)).pipe(response.setHeader("Content-Type", type));
    } else {
      response.setHeader("Content-Type", "text/html").end(request.url === "/" ? PAGE : "");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function impatience() {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error(`the tests did not end within ${PATIENCE} ms`)), PATIENCE).unref();
  });
}

/** In the page. */
async function runTests() {
  const module = await import("/tests.js");
  const exports = await module.default({ module_or_path: "/tests_bg.wasm" });
  for (const method of ["debug", "log", "info", "warn", "error"]) {
    window[`on_console_${method}`] = module[`__wbgtest_console_${method}`];
  }
  const context = new module.WasmBindgenTestContext(false);
  const names = Object.keys(exports).filter((name) => name.startsWith("__wbgt_"));
  return context.run(names.map((name) => exports[name]));
}
