import { randomUUID } from "node:crypto";

import postgres from "postgres";

/** The server that `cargo xtask test` starts for its run, or that the caller named. */
const VARIABLE = "LETIP_TEST_POSTGRES_URL";

/** Why there is no Postgres to test with; nothing where there is. */
export function noPostgres() {
  return !process.env[VARIABLE] && `it needs ${VARIABLE}: a Postgres server on which databases may be made`;
}

/** A Postgres database of a test's own. */
export class Database {
  #name;

  constructor(name) {
    this.#name = name;
  }

  static async create() {
    const name = `letip_journey_${randomUUID().replaceAll("-", "")}`;
    await administer(`CREATE DATABASE ${name}`);
    return new Database(name);
  }

  get url() {
    const url = new URL(process.env[VARIABLE]);
    url.pathname = this.#name;
    return url.href;
  }

  /** Removes it, whoever is still connected. */
  async drop() {
    await administer(`DROP DATABASE IF EXISTS ${this.#name} WITH (FORCE)`);
  }
}

async function administer(statement) {
  const server = postgres(process.env[VARIABLE], { max: 1, onnotice: () => {} });
  try {
    await server.unsafe(statement);
  } finally {
    await server.end();
  }
}
