import { empty, json } from "@drover/lib/http/reply";
import type { Router } from "@drover/lib/http/router";
import type { QueueItem } from "../leader/launch-queue";
import type { Leader } from "../leader/leader";
import { ApiError } from "../model/api-error";
import { isPod } from "../model/run-spec";
import { pathAppId } from "./app-routes";
import { definitionView } from "./app-view";
import { podView } from "./pod-view";
import { unusedOfferView } from "./unused-offer-view";

/** `/v2/queue`: what waits for offers, and why it still does. */
export function addQueueRoutes(router: Router, leaderOf: () => Leader): void {
  router
    .on("GET", "/v2/queue", ({ query }) => {
      const withOffers = query.getAll("embed").includes("lastUnusedOffers");
      const queue = leaderOf().queue.describe(Date.now());
      return json({ queue: queue.map((item) => itemView(item, withOffers)) });
    })
    .on("DELETE", "/v2/queue/*id/delay", (context) => {
      const { queue, conductor } = leaderOf();
      const id = pathAppId(context);
      if (queue.countOf(id) === 0) throw new ApiError(404, `Application ${id} not found in tasks queue.`);
      queue.delays.reset(id);
      conductor.advanceSoon();
      return empty(204);
    });
}

/** Without the role of the instances, which the Python client fails on. */
function itemView({ app: spec, lastUnusedOffers, ...rest }: QueueItem, withOffers: boolean) {
  return {
    ...(isPod(spec) ? { pod: podView(spec) } : { app: definitionView(spec) }),
    ...rest,
    ...(withOffers ? { lastUnusedOffers: lastUnusedOffers.map(unusedOfferView) } : {}),
  };
}
