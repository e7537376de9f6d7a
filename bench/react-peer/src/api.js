import axios from "axios";
import { keepPreviousData } from "@tanstack/react-query";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** The requests of the page; `http` is an axios instance. The times are those of the dashboard's cache policy. */
export function queries(http) {
  const get = (path, params) => ({ signal }) => http.get(path, { params, signal }).then((answer) => answer.data);
  return {
    leads: (query) => ({
      queryKey: ["businesses", query],
      queryFn: get("/api/businesses", query),
      staleTime: 30 * SECOND,
      gcTime: 10 * MINUTE,
      placeholderData: keepPreviousData,
    }),
    facets: (filters) => ({
      queryKey: ["business-facets", filters],
      queryFn: get("/api/businesses/facets", filters),
      staleTime: 30 * SECOND,
      gcTime: 10 * MINUTE,
      placeholderData: keepPreviousData,
    }),
    lead: (id) => ({
      queryKey: ["business", { id }],
      queryFn: get(`/api/businesses/${id}`),
      staleTime: 60 * SECOND,
      gcTime: 30 * MINUTE,
    }),
    sources: () => ({
      queryKey: ["sources"],
      queryFn: get("/api/scraper/sources"),
      staleTime: 60 * MINUTE,
      gcTime: 60 * MINUTE,
    }),
  };
}

export const request = queries(axios.create({ timeout: 15 * SECOND }));

/** Whether a failed request is worth another try. */
export function isWorthAnotherTry(count, error) {
  const status = error.response?.status;
  return count < 3 && (status === undefined || status >= 500 || [408, 425, 429].includes(status));
}
