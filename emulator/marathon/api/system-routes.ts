import { empty, json, text } from "@drover/lib/http/reply";
import type { Router } from "@drover/lib/http/router";
import type { Leader } from "../leader/leader";
import { ApiError } from "../model/api-error";
import type { Settings } from "../settings";
import { streamEvents } from "./event-stream";
import { infoView } from "./info-view";
import { uiPage } from "./ui";

export interface SystemRoutesOptions {
  leaderOf: () => Leader;
  settings: Settings;
  /** `host:port` of this instance, which leads when it answers. */
  address: string;
  /** Gives up the leadership and ends the process. */
  abdicate: () => void;
}

/** Everything that concerns the installation rather than apps. */
export function addSystemRoutes(router: Router, options: SystemRoutesOptions): void {
  const { leaderOf, settings, address, abdicate } = options;
  router
    .on("GET", "/", () => empty(302, { Location: "/ui/" }))
    .on("GET", "/ui", () => empty(302, { Location: "/ui/" }))
    .on("GET", "/ui/", () => ({ status: 200, headers: { "Content-Type": "text/html; charset=utf-8" }, body: uiPage }))
    .on("GET", "/v2/info", () => {
      const frameworkId = leaderOf().framework.id;
      return json(infoView(settings, { leader: address, ...(frameworkId ? { frameworkId } : {}) }));
    })
    .on("GET", "/v2/leader", () => json({ leader: address }))
    .on("DELETE", "/v2/leader", ({ query }) => {
      const unsupported = ["backup", "restore"].find((name) => query.has(name));
      if (unsupported)
        throw new ApiError(422, `${unsupported} is not supported by this Marathon: copy the ZooKeeper data`);
      abdicate();
      return json({ message: "Leadership abdicated" });
    })
    .on("GET", "/v2/events", (context) => {
      streamEvents(context, leaderOf().options.events, settings.event_stream_max_outstanding_messages);
      return undefined;
    })
    .on("GET", "/v2/plugins", () => json({ plugins: [] }))
    .on("*", "/v2/eventSubscriptions", () => {
      throw new ApiError(404, "callbacks went with Marathon 1.5: read the event stream at /v2/events");
    });
}

/** The answer of `GET /ping`, on every instance. */
export const pong = text("pong");
