import { json, type Reply } from "@drover/lib/http/reply";
import type { DeploymentResult } from "@drover/lib/marathon/types";

/** Answer of a call that has started a deployment. */
export function deploymentReply(result: DeploymentResult, status = 200, location?: string): Reply {
  return json(result, status, {
    "Marathon-Deployment-Id": result.deploymentId,
    ...(location === undefined ? {} : { Location: location }),
  });
}
