// Serves the built peer on a free port of loopback: `node serve.mjs API DIST browser|server`, where API is the URL of a running
// `letip`, DIST the folder of the build, and the last word says where pages are rendered. Prints the port. Ends with its input.
//
// Files are named by their content, encoded beforehand and kept for ever, as `letip` serves its own; what belongs to the API and
// the socket is handed on, so that everything is of one origin.
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { createServer, request as ask } from "node:http";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

/** As of the server's pages (`crates/server/src/app.rs`). */
const QUALITY_OF_PAGES = 4;
const QUALITY_OF_FILES = 11;
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

const [api, dist, where] = process.argv.slice(2);
if (!api || !dist || !["browser", "server"].includes(where)) {
  console.error("usage: node serve.mjs API DIST browser|server");
  process.exit(2);
}
const backend = new URL(api);

// React asks for it when it is loaded; without it, it is the slower development version.
process.env.NODE_ENV = "production";
const { render } = where === "server" ? await import(pathToFileURL(join(dist, "server/server.js"))) : {};

const document = await readFile(join(dist, "client/index.html"), "utf8");
const files = await readFiles();
const page = await encoded(Buffer.from(document.replace("<!--page-->", "").replace("<!--state-->", "")), QUALITY_OF_FILES);
const headers = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};
const pageHeaders = {
  ...headers,
  "content-type": "text/html; charset=utf-8",
  "content-encoding": "br",
  "cache-control": "private, no-store",
  vary: "accept-encoding",
  "content-security-policy":
    `default-src 'none'; script-src 'self' '${hashOfInlineScript()}'; style-src 'self'; style-src-attr 'unsafe-inline'; ` +
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
};

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    response.headersSent ? response.destroy() : response.writeHead(500).end();
  });
});
server.on("upgrade", passUpgrade);
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit()).resume();

async function answer(request, response) {
  const { pathname, search } = new URL(request.url, backend);
  if (/^\/(api|socket\.io)\//.test(pathname)) {
    pass(request, response);
  } else if (pathname === "/leads") {
    response.writeHead(200, pageHeaders).end(render ? await rendered(search) : page);
  } else if (files.has(pathname)) {
    const { type, body } = files.get(pathname);
    const kept = { "cache-control": "public, max-age=31536000, immutable", vary: "accept-encoding" };
    response.writeHead(200, { ...headers, ...kept, "content-type": type, "content-encoding": "br" }).end(body);
  } else {
    response.writeHead(404, headers).end();
  }
}

async function rendered(search) {
  const { page, state } = await render(api, search);
  const script = `<script type="application/json" id="state">${state}</script>`;
  // As functions: a dollar sign in the text means nothing.
  const text = document.replace("<!--page-->", () => page).replace("<!--state-->", () => script);
  return encoded(Buffer.from(text), QUALITY_OF_PAGES);
}

async function readFiles() {
  const folder = join(dist, "client");
  const all = await readdir(folder, { recursive: true });
  const named = all.filter((name) => extname(name) in TYPES);
  const entries = named.map(async (name) => {
    const body = await encoded(await readFile(join(folder, name)), QUALITY_OF_FILES);
    return [`/${name}`, { type: TYPES[extname(name)], body }];
  });
  return new Map(await Promise.all(entries));
}

function encoded(bytes, quality) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return promisify(brotliCompress)(bytes, { params });
}

function hashOfInlineScript() {
  const [, script] = /<script>([^<]*)<\/script>/.exec(document);
  return `sha256-${createHash("sha256").update(script).digest("base64")}`;
}

/** The request as it came, asked of `letip`. */
function forward({ method, url, headers }) {
  return ask({ host: backend.hostname, port: backend.port, method, path: url, headers });
}

function pass(request, response) {
  const passed = forward(request);
  passed.on("response", (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  passed.on("error", () => response.destroy());
  request.pipe(passed);
}

function passUpgrade(request, socket, head) {
  const passed = forward(request);
  passed.on("upgrade", (answer, other, otherHead) => {
    const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
    other.write(head);
    socket.write(otherHead);
    for (const [from, to] of [
      [socket, other],
      [other, socket],
    ]) {
      from.setNoDelay(true);
      from.pipe(to).on("error", () => from.destroy());
      from.on("close", () => to.destroy());
    }
  });
  passed.on("response", () => socket.destroy());
  passed.on("error", () => socket.destroy());
  socket.on("error", () => passed.destroy());
  passed.end();
}
