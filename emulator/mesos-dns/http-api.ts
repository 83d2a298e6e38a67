import { HttpError, json } from "@drover/lib/http/reply";
import { Router } from "@drover/lib/http/router";
import type { Zone } from "./answer";
import type { Config } from "./config";
import type { Enumeration } from "./generate";

/** The line of mesos-dns whose interface this is. */
export const VERSION = "0.9.4";

export interface Served extends Zone {
  enumeration: Enumeration;
}

/** The HTTP interface of mesos-dns; 503 until the first state was read. */
export function httpApi(config: Config, served: () => Served | undefined): Router {
  const now = () => {
    const found = served();
    if (found === undefined) throw new HttpError(503, "no state of a master was read yet");
    return found;
  };
  const router = new Router()
    .on("GET", "/v1/version", () =>
      json({ Service: "Mesos-DNS", Version: VERSION, URL: "https://github.com/mesosphere/mesos-dns" }),
    )
    .on("GET", "/v1/config", () => json(config.shown))
    .on("GET", "/v1/hosts/:host", ({ params }) => json(hosts(now(), params.host ?? "")))
    .on("GET", "/v1/hosts/:host/ports", () => {
      throw new HttpError(501, "ports of a host are not implemented by mesos-dns either: ask /v1/services");
    })
    .on("GET", "/v1/services/:service", ({ params }) => json(services(now(), params.service ?? "")));
  if (config.enumeration) {
    router
      .on("GET", "/v1/enumerate", () => json(now().enumeration))
      .on("GET", "/v1/axfr", () => json(transfer(now(), config)));
  }
  return router;
}

function hosts({ records }: Served, host: string) {
  const name = absolute(host);
  const found = [...(records.a.get(name) ?? []), ...(records.aaaa.get(name) ?? [])];
  return found.length > 0 ? found.map((ip) => ({ host: name, ip })) : [{ host: "", ip: "" }];
}

function services({ records }: Served, service: string) {
  const found = [...(records.srv.get(absolute(service))?.values() ?? [])].flatMap(({ host, port }) =>
    [records.a.get(host), records.aaaa.get(host)].flatMap((addresses) =>
      [...(addresses ?? [])].slice(0, 1).map((ip) => ({ service, host, ip, port: String(port) })),
    ),
  );
  return found.length > 0 ? found : [{ service: "", host: "", ip: "", port: "" }];
}

function transfer({ records, serial }: Served, config: Config) {
  const lists = (table: Map<string, Set<string> | Map<string, unknown>>) =>
    Object.fromEntries([...table].map(([name, values]) => [name, [...values.keys()]]));
  return {
    TTL: config.ttl,
    Serial: serial,
    RefreshSeconds: config.refreshSeconds,
    Mname: config.soaMname,
    Rname: config.soaRname,
    Domain: config.domain,
    Records: { As: lists(records.a), AAAAs: lists(records.aaaa), SRVs: lists(records.srv) },
  };
}

function absolute(name: string): string {
  return `${name.toLowerCase().replaceAll(".*", "").replace(/\.$/, "")}.`;
}
