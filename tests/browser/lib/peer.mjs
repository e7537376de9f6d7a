import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../../bench/react-peer/serve.mjs", import.meta.url));

/** The React peer of the list of leads, on the data of a `Server`. */
export class Peer {
  #child;

  /** Serves the build in the folder `dist`; `where` its pages are rendered is `browser` or `server`. */
  static async start(server, dist, where) {
    const peer = new Peer();
    peer.#child = spawn(process.execPath, [PROGRAM, server.url, dist, where], { stdio: ["pipe", "pipe", "inherit"] });
    const [port] = await once(createInterface(peer.#child.stdout), "line");
    peer.url = `http://127.0.0.1:${port}`;
    return peer;
  }

  /** It ends with its input. */
  async stop() {
    const ended = once(this.#child, "exit");
    this.#child.stdin.end();
    await ended;
  }
}
