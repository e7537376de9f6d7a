import { hydrate } from "@tanstack/react-query";
import { createRoot, hydrateRoot } from "react-dom/client";

import "../../../crates/dashboard/style/main.css";

import { filtersOf, forList, parse } from "./address.js";
import { request } from "./api.js";
import { App, newClient } from "./App.jsx";
import { followEvents } from "./stream.js";

const root = document.getElementById("root");
const client = newClient();
const rendered = document.getElementById("state");

const follow = (since) => (cache, setState) => followEvents(cache, since, setState);

if (rendered) {
  const { cache, now, since } = JSON.parse(rendered.textContent);
  hydrate(client, cache);
  hydrateRoot(root, <App client={client} search={location.search} now={now} follow={follow(since)} />);
} else {
  // Asked for before the first render, so that they travel meanwhile.
  const query = parse(location.search);
  client.prefetchQuery(request.leads(forList(query)));
  client.prefetchQuery(request.facets(filtersOf(query)));
  client.prefetchQuery(request.sources());
  createRoot(root).render(<App client={client} search={location.search} now={Date.now()} follow={follow()} />);
}
