import { io } from "socket.io-client";

/** How long changes of facets may gather before they are asked for. */
const SETTLE = 500;

/**
 * Follows the server's events into the cache; `setState` hears `live`, `reconnecting` or `offline`. `since` is the last event
 * that the cache has been made from, where that is known.
 */
export function followEvents(client, since, setState) {
  let seen = since;
  const socket = io({
    transports: ["websocket"],
    reconnectionDelayMax: 30_000,
    auth: (tell) => tell(seen === undefined ? {} : { since: seen }),
  });
  let facetsSoon;
  const facetsChanged = () => {
    facetsSoon ??= setTimeout(() => {
      facetsSoon = undefined;
      client.invalidateQueries({ queryKey: ["business-facets"] });
    }, SETTLE);
  };
  socket.on("connect", () => {
    setState("live");
    // The server tells what came behind `seen`. Without it, what happened before the connection stood is in no event.
    if (seen === undefined) client.invalidateQueries({ queryKey: ["businesses"] });
  });
  socket.onAny((_name, { seq }) => {
    seen = seq;
  });
  socket.on("disconnect", () => setState("reconnecting"));
  socket.io.on("reconnect_failed", () => setState("offline"));
  socket.on("business:updated", ({ data: lead }) => {
    client.setQueriesData({ queryKey: ["businesses"] }, (page) => page && withLead(page, lead));
    client.invalidateQueries({ queryKey: ["business", { id: lead.id }] });
    facetsChanged();
  });
  for (const name of ["business:created", "business:deleted", "businesses:bulk-updated", "scraping:complete", "sync:reset"]) {
    socket.on(name, () => {
      client.invalidateQueries({ queryKey: ["businesses"] });
      facetsChanged();
    });
  }
  return () => {
    clearTimeout(facetsSoon);
    socket.disconnect();
  };
}

/** The page with the lead as it is now, unless it shows a newer one or none. */
function withLead(page, lead) {
  const at = page.data.findIndex((row) => row.id === lead.id && row.version < lead.version);
  return at < 0 ? page : { ...page, data: page.data.with(at, lead) };
}
