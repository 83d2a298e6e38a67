import type { LocalCluster } from "./local";
import { onMachine } from "./machine";

/** The last lines that are shown of each container's log. */
const logLines = 40;

/** What is looked at on each kind of machine. */
const containers = { core: ["mesos-master", "marathon"], slave: ["mesos-agent", "volumes"] } as const;

/**
 * Throws the error with what Marathon waits for, what Mesos has on offer, and what the services have logged last: for
 * waits whose failure cannot be understood once the cluster has gone on.
 */
export async function withDiagnosis(cluster: LocalCluster, error: Error): Promise<never> {
  const looks: [string, () => Promise<unknown>][] = [
    ["Marathon's queue", () => cluster.door.marathon("/v2/queue?embed=lastUnusedOffers")],
    ["Marathon's deployments", () => cluster.door.marathon("/v2/deployments")],
    ["agents", () => cluster.door.mesos("/slaves")],
    ["frameworks", () => cluster.door.mesos("/frameworks")],
    ...cluster.outputs.machines.map(({ hostname, role }): [string, () => Promise<unknown>] => {
      const logs = containers[role].map((name) => `docker logs --tail ${logLines} ${name} 2>&1`).join("; ");
      return [hostname, () => onMachine("local", cluster.outputs, hostname, `docker ps -a; ${logs}`)];
    }),
  ];
  const seen: string[] = [];
  for (const [what, look] of looks) {
    const found = await look().catch((failure: Error) => failure.message);
    seen.push(`${what}: ${typeof found === "string" ? found : JSON.stringify(found)}`);
  }
  throw new Error([error.message, ...seen].join("\n"));
}
