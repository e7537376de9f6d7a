import { dehydrate } from "@tanstack/react-query";
import axios from "axios";
import { renderToString } from "react-dom/server";

import { filtersOf, forList, parse } from "./address.js";
import { queries } from "./api.js";
import { App, newClient } from "./App.jsx";

/** The page at `search` and what it was rendered from, with data from the API at `baseURL`. */
export async function render(baseURL, search) {
  const client = newClient();
  const http = axios.create({ baseURL });
  // Asked before the data: what comes meanwhile is heard once more by the browser.
  const { latestSeq: since } = (await http.get("/api/events", { params: { limit: 1 } })).data;
  const request = queries(http);
  const query = parse(search);
  const needed = [request.leads(forList(query)), request.facets(filtersOf(query)), request.sources()];
  await Promise.all(needed.map((options) => client.fetchQuery({ ...options, retry: false })));
  const now = Date.now();
  const page = renderToString(<App client={client} search={search} now={now} follow={() => {}} />);
  const state = JSON.stringify({ now, since, cache: dehydrate(client) }).replaceAll("<", "\\u003c");
  client.clear();
  return { page, state };
}
