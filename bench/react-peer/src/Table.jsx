import { useQueryClient } from "@tanstack/react-query";
import { createContext, memo, useContext, useEffect, useRef, useState } from "react";

import { follow, href } from "./address.js";
import { request } from "./api.js";
import { External } from "./Frame.jsx";
import { STATUS, ago, category, host, isWebLink } from "./format.js";
import { Icon } from "./icons.jsx";

const NEWEST_FIRST = "-createdAt";
/** How often ages on the page are counted anew, in milliseconds. */
const TICK = 15_000;

/** Head, key that orders by it, and class of its cells. */
const COLUMNS = [
  ["Name", "name", "cell cell--name"],
  ["Category", "category", "cell cell--category"],
  ["City", "city", "cell cell--city"],
  ["Phone", undefined, "cell cell--phone"],
  ["Website", undefined, "cell cell--website"],
  ["E-mail", undefined, "cell cell--email"],
  ["Status", undefined, "cell cell--status"],
  ["Added", "createdAt", "cell cell--added num"],
];

/** The present of the first render, in milliseconds. */
export const NowContext = createContext(0);

export function Table({ query, leads, isSettled }) {
  const versions = useRef(new Map());
  const before = versions.current;
  // In a list that is on screen already, what is new or newer came from elsewhere.
  const isChanged = ({ id, version }) => isSettled && before.size > 0 && before.get(id) !== version;
  useEffect(() => {
    versions.current = new Map(isSettled ? leads.map(({ id, version }) => [id, version]) : []);
  }, [leads, isSettled]);
  return (
    <div className="table-wrap">
      <table className="table table--leads" role="table">
        <caption className="hidden">Leads</caption>
        <thead role="rowgroup">
          <tr role="row">
            {COLUMNS.map(([name, key, className]) => (
              <Head query={query} name={name} sortKey={key} className={className} key={name} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {leads.map((lead) => (
            <Row lead={lead} changed={isChanged(lead)} key={`${lead.id} ${lead.version}`} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({ query, name, sortKey, className }) {
  if (!sortKey) {
    return (
      <th scope="col" role="columnheader" className={className}>
        {name}
      </th>
    );
  }
  const first = (query.sort ?? NEWEST_FIRST).split(",")[0];
  const isDescending = first === `-${sortKey}`;
  const isAscending = first === sortKey;
  const next = isAscending || (sortKey === "createdAt" && !isDescending) ? `-${sortKey}` : sortKey;
  return (
    <th
      scope="col"
      role="columnheader"
      className={className}
      aria-sort={isDescending ? "descending" : isAscending ? "ascending" : "none"}
    >
      <a
        className="head-link"
        href={href(query, { sort: next === NEWEST_FIRST ? undefined : next })}
        onClick={follow}
      >
        {name}
        {isDescending ? <Icon name="down" /> : isAscending ? <Icon name="up" /> : null}
      </a>
    </th>
  );
}

const Row = memo(function Row({ lead, changed }) {
  const client = useQueryClient();
  const hover = () => client.prefetchQuery(request.lead(lead.id));
  return (
    <tr className={changed ? "row row--changed" : "row"} role="row" onPointerEnter={hover}>
      <td className="cell cell--name" role="cell">
        <a className="row__link" href={`/leads/${lead.id}`} data-row="">
          {lead.name}
        </a>
        {lead.chain ? <span className="tag">Chain</span> : null}
      </td>
      <td className="cell cell--category" role="cell">
        {category(lead.category)}
      </td>
      <td className="cell cell--city" role="cell">
        {lead.city ?? <None />}
      </td>
      <td className="cell cell--phone" role="cell">
        {lead.phone ? <Link href={`tel:${lead.phone}`}>{lead.phoneDisplay ?? lead.phone}</Link> : <None />}
      </td>
      <td className="cell cell--website" role="cell">
        {lead.website ? <Website url={lead.website} /> : <None />}
      </td>
      <td className="cell cell--email" role="cell">
        {lead.email ? <Link href={`mailto:${lead.email}`}>{lead.email}</Link> : <None />}
      </td>
      <td className="cell cell--status" role="cell">
        <Status status={lead.enrichmentStatus} />
      </td>
      <td className="cell cell--added num" role="cell">
        <Time at={lead.createdAt} />
      </td>
    </tr>
  );
}, (before, after) => before.lead.id === after.lead.id && before.lead.version === after.lead.version);

function None() {
  return (
    <span className="none" aria-label="unknown">
      –
    </span>
  );
}

function Link({ href: to, children }) {
  return (
    <a className="cell-link" href={to}>
      {children}
    </a>
  );
}

function Website({ url }) {
  return isWebLink(url) ? <External href={url.trim()}>{host(url)}</External> : <span>{url}</span>;
}

const TONES = { pending: "badge", enriching: "badge badge--busy", enriched: "badge badge--good", failed: "badge badge--bad" };

function Status({ status }) {
  return <span className={TONES[status]}>{STATUS[status]}</span>;
}

function Time({ at }) {
  const rendered = useContext(NowContext);
  const [now, setNow] = useState(rendered);
  const [exact, setExact] = useState(at);
  useEffect(() => {
    const tick = () => setNow(Date.now());
    tick();
    setExact(new Date(at).toLocaleString());
    const timer = setInterval(tick, TICK);
    return () => clearInterval(timer);
  }, [at]);
  return (
    <time dateTime={at} title={exact}>
      {ago(at, now)}
    </time>
  );
}
