import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { SearchContext, forList, useQueryOfAddress } from "./address.js";
import { isWorthAnotherTry, request } from "./api.js";
import { Filters } from "./Filters.jsx";
import { Frame } from "./Frame.jsx";
import { Icon } from "./icons.jsx";
import { Pages } from "./Pages.jsx";
import { NowContext, Table } from "./Table.jsx";

export function newClient() {
  return new QueryClient({ defaultOptions: { queries: { retry: isWorthAnotherTry } } });
}

/** The application. `search` and `now` are those of the first render; `follow` connects the cache to the server's events. */
export function App({ client, search, now, follow }) {
  return (
    <QueryClientProvider client={client}>
      <SearchContext value={search}>
        <NowContext value={now}>
          <Leads follow={follow} />
        </NowContext>
      </SearchContext>
    </QueryClientProvider>
  );
}

function Leads({ follow }) {
  const client = useQueryClient();
  const [connection, setConnection] = useState("connecting");
  useEffect(() => {
    document.documentElement.dataset.ready = "";
    return follow(client, setConnection);
  }, [client, follow]);
  const query = useQueryOfAddress();
  const list = useQuery(request.leads(forList(query)));
  return (
    <Frame connection={connection}>
      <header className="page-head">
        <h1 tabIndex={-1}>Leads</h1>
        <div className="page-head__actions">
          <a className="btn" href="/import">
            <Icon name="up" />
            <span>Import</span>
          </a>
          <a className="btn" href="/leads/new">
            <Icon name="plus" />
            <span>Add a lead</span>
          </a>
          <a className="btn btn--primary" href="/find">
            <Icon name="search" />
            <span>Find leads</span>
          </a>
        </div>
      </header>
      <Filters query={query} total={list.data?.meta.total} />
      <section className="leads" aria-label="List of leads" aria-busy={list.isPlaceholderData}>
        <Body query={query} list={list} />
      </section>
    </Frame>
  );
}

function Body({ query, list }) {
  if (list.isPending) return <Lines />;
  if (!list.data) return <Failed error={list.error} retry={list.refetch} />;
  if (list.data.data.length === 0) return <Nothing />;
  return (
    <>
      <Table query={query} leads={list.data.data} isSettled={!list.isPlaceholderData} />
      <Pages query={query} meta={list.data.meta} />
    </>
  );
}

/** The shape of what comes. */
function Lines() {
  return (
    <div className="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: 12 }, (_, at) => (
        <div className="skeleton__line" key={at} />
      ))}
    </div>
  );
}

function Failed({ error, retry }) {
  return (
    <div className="failed" role="alert">
      <div>
        <p className="failed__title">This could not be loaded</p>
        <p>{error.response?.data?.detail ?? error.message}</p>
      </div>
      <button type="button" className="btn" onClick={() => retry()}>
        Try again
      </button>
    </div>
  );
}

function Nothing() {
  return (
    <div className="empty">
      <span className="empty__mark">
        <Icon name="leads" />
      </span>
      <h2 className="empty__title">No lead matches these filters</h2>
      <p>Take a filter away, or search for more places.</p>
      <div className="empty__actions">
        <a className="btn btn--primary" href="/leads">
          Clear all filters
        </a>
      </div>
    </div>
  );
}
