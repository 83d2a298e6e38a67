import { TestCluster } from "@drover/emulator/marathon/test/test-cluster";
import { MarathonApi } from "./api";

export interface Target {
  api: MarathonApi;
  /** What the parts said, where this suite has started them. */
  logs(): string;
  remove(): Promise<void>;
}

/**
 * The Marathon under test: the one at `MARATHON_URL` (`MARATHON_PASSWORD` is `user:password` where it asks for one; with the features external_volumes and task_killing, a Mesos role
 * and a principal, and one agent or more), else one that is started here with everything it needs.
 */
export async function startTarget(): Promise<Target> {
  const url = process.env.MARATHON_URL;
  if (url) {
    const api = new MarathonApi(url.replace(/\/+$/, ""), process.env.MARATHON_PASSWORD);
    return { api, logs: () => "", remove: () => api.clear() };
  }
  const cluster = await TestCluster.start();
  const marathon = await cluster.marathon("/marathon", {
    MARATHON_ENABLE_FEATURES: "external_volumes,task_killing",
    MARATHON_MESOS_ROLE: "conformance",
    MARATHON_MESOS_AUTHENTICATION_PRINCIPAL: "marathon",
  });
  await marathon.leads();
  return { api: new MarathonApi(marathon.url), logs: () => cluster.mesos.logs(), remove: () => cluster.mesos.remove() };
}
