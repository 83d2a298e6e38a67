import { empty, json } from "@drover/lib/http/reply";
import type { Router } from "@drover/lib/http/router";
import type { Leader } from "../leader/leader";
import { ApiError } from "../model/api-error";
import { pathAppId } from "./app-routes";
import { definitionView } from "./app-view";

/** `/v2/queue`: what waits for offers, and why it still does. */
export function addQueueRoutes(router: Router, leaderOf: () => Leader): void {
  router
    .on("GET", "/v2/queue", ({ query }) => {
      if (query.has("embed")) throw new ApiError(400, "lastUnusedOffers are not kept: leave embed out");
      const queue = leaderOf().queue.describe(Date.now());
      return json({ queue: queue.map((item) => ({ ...item, app: definitionView(item.app) })) });
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
