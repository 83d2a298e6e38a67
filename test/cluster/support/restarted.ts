import { expect } from "vitest";
import { runningOf, type Seen } from "./engine";
import type { LocalCluster } from "./local";
import { onMachine } from "./machine";
import { expected, until } from "./until";

/** Ids of the active agents, by their slaves' addresses. */
export async function agentIds(cluster: LocalCluster): Promise<Record<string, string>> {
  const { slaves } = await cluster.door.mesos<{ slaves: { id: string; hostname: string; active: boolean }[] }>(
    "/slaves",
  );
  return Object.fromEntries(slaves.filter(({ active }) => active).map(({ id, hostname }) => [hostname, id]));
}

/** The machine that runs again is the one from before: same container, same address. */
export async function isBack(
  cluster: LocalCluster,
  before: Record<string, Seen>,
  hostname: string,
  limitSeconds: number,
): Promise<void> {
  const now = (await runningOf("local"))[hostname];
  expect(now?.id).toBe(before[hostname]?.id);
  expect(now?.startedAt).not.toBe(before[hostname]?.startedAt);
  const { address } = cluster.machine(hostname);
  await until(`${hostname} to have its address`, limitSeconds, async () => {
    const addresses = await onMachine("local", cluster.outputs, hostname, "hostname -I");
    expected(addresses.split(" ").includes(address), addresses);
    return true;
  });
}
