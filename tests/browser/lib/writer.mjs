import assert from "node:assert/strict";

import { until } from "./wait.mjs";

const NAMES = ["Kahvila", "Ravintola", "Autokorjaamo", "kahvila", "Kukkakauppa"];
const CITIES = ["Helsinki", "Espoo", "Vantaa"];

/**
 * Changes leads over a server's API, one after the other. Each is named after the version that it has then, as in
 * `Kahvila 7 v3`. A server that is down is waited for.
 */
export class Writer {
  #server;
  #random;
  #versions = new Map();
  #made = 0;
  /** Changes so far. */
  changes = 0;

  constructor(server, random) {
    this.#server = server;
    this.#random = random;
  }

  /** Makes one change. */
  async change() {
    const ids = [...this.#versions.keys()];
    const id = ids.length > 0 ? this.#random.of(ids) : undefined;
    const chance = this.#random.between(0, 20);
    try {
      if (id === undefined || chance < 6) await this.#create();
      else if (chance < 14) await this.#rename(id);
      else if (chance < 17) await this.#delete(id);
      else await this.#label(ids);
    } catch (error) {
      // Anything but a connection that broke is a mistake of the server's.
      if (!(error instanceof TypeError)) throw error;
      await this.#catchUp();
    }
    this.changes += 1;
  }

  async #create() {
    this.#made += 1;
    const name = `${this.#random.of(NAMES)} ${this.#made} v1`;
    const { id, version } = await this.#server.api("/api/businesses", { name, ...this.#details() });
    assert.equal(version, 1);
    this.#versions.set(id, version);
  }

  async #rename(id) {
    const version = this.#versions.get(id);
    const name = `${this.#random.of(NAMES)} ${id} v${version + 1}`;
    const now = await this.#server.api(`/api/businesses/${id}`, { name, ...this.#details() }, { method: "PATCH", version });
    assert.equal(now.version, version + 1);
    this.#versions.set(id, now.version);
  }

  async #delete(id) {
    await this.#server.api(`/api/businesses/${id}`, undefined, { method: "DELETE", version: this.#versions.get(id) });
    this.#versions.delete(id);
  }

  /** Of several at once the event says only which they are. */
  async #label(ids) {
    const some = ids.filter(() => this.#random.between(0, 2) === 0).concat(this.#random.of(ids));
    const request = { ids: [...new Set(some)], action: this.#random.of(["tag", "untag"]), tag: "warm" };
    await this.#server.api("/api/businesses/bulk", request);
    await this.#catchUp();
  }

  #details() {
    const phone = this.#random.between(0, 2) ? "+358961225661" : null;
    return { city: this.#random.of(CITIES), phone };
  }

  /** Learns what the server has: of what was under way, nobody knows whether it was done. */
  async #catchUp() {
    const all = await until("the server answers the writer", () => this.#server.businesses());
    this.#versions = new Map(all.map((lead) => [lead.id, lead.version]));
  }
}
