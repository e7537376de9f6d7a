import { once } from "node:events";
import { createServer } from "node:http";

/** A picture of one pixel: tiles are drawn as large as they have to be. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** A server of map tiles on loopback, which remembers what it was asked for. */
export class TileServer {
  #server;
  /** Of each request: zoom level, column, row, and what it said of where it came from. */
  asked = [];
  /** Whether there is no such tile. */
  lacks = () => false;

  /** Starts one on a free port. It ends with the process. */
  static async start() {
    const tiles = new TileServer();
    tiles.#server = createServer((request, answer) => tiles.#answer(request, answer)).listen(0, "127.0.0.1");
    await once(tiles.#server, "listening");
    tiles.#server.unref();
    return tiles;
  }

  get port() {
    return this.#server.address().port;
  }

  /** The address of its tiles, as `--tiles-url` takes it. */
  get template() {
    return `http://127.0.0.1:${this.port}/{z}/{x}/{y}.png`;
  }

  /** Forgets what it was asked for, and has every tile again. */
  begin() {
    this.asked = [];
    this.lacks = () => false;
  }

  #answer(request, answer) {
    const path = /^\/(\d+)\/(\d+)\/(\d+)\.png$/.exec(request.url);
    const [zoom, column, row] = (path ?? []).slice(1).map(Number);
    this.asked.push({ url: request.url, zoom, column, row, referer: request.headers.referer });
    if (!path || this.lacks(zoom, column, row)) {
      answer.writeHead(404).end();
    } else {
      answer.writeHead(200, { "content-type": "image/png", "cache-control": "max-age=3600" }).end(PIXEL);
    }
  }
}
