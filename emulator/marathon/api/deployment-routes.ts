import { empty, json } from "@drover/lib/http/reply";
import type { Router } from "@drover/lib/http/router";
import type { Leader } from "../leader/leader";
import { queryFlag } from "./query";
import { deploymentReply } from "./replies";

/** `/v2/deployments`. */
export function addDeploymentRoutes(router: Router, leaderOf: () => Leader): void {
  router
    .on("GET", "/v2/deployments", () => {
      const { state, readiness } = leaderOf();
      const readinessOf = (appId: string) => readiness.resultsOf(appId);
      return json([...state.deployments.values()].map((deployment) => deployment.describe(readinessOf)));
    })
    .on("DELETE", "/v2/deployments/:id", async ({ params, query }) => {
      const { deployer } = leaderOf();
      const id = params.id ?? "";
      if (queryFlag(query, "force", false)) {
        await deployer.cancel(id);
        return empty(202);
      }
      return deploymentReply(await deployer.rollBack(id));
    });
}
