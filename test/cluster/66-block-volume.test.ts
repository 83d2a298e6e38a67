import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { root } from "../../tools/system/paths";
import { configFile } from "../../tools/system/stack";
import { pulumi, succeeded } from "./support/cli";
import { withDiagnosis } from "./support/diagnosis";
import { docker } from "./support/engine";
import { LocalCluster, type Task } from "./support/local";
import { onMachine } from "./support/machine";
import { expected, until } from "./support/until";

/** From the death of the slave until the database answers on another, with a preemption grace of 10 s. */
const answerLimitSeconds = 30;

/** The database's volume, as the environment declares it. */
const declaredGb = 2;

const config = readFileSync(configFile("local"), "utf8");
let cluster: LocalCluster;

const declare = (sizeGb: number) =>
  succeeded(pulumi(["config", "set", "--path", "blockVolumes.postgis.sizeGb", String(sizeGb), "-s", "local"]));

const machineOf = (hostname: string) => `drover-local-${hostname}`;
const on = (hostname: string, command: string) => onMachine("local", cluster.outputs, hostname, command);

/** The one task of the database that has an address, other than those given. */
async function task(others: readonly string[] = []): Promise<Task> {
  const { tasks } = await cluster.door.marathon<{ tasks: Task[] }>("/v2/apps/postgis/tasks");
  const [found] = tasks.filter(({ id, state }) => state === "TASK_RUNNING" && !others.includes(id));
  if (!found) throw new Error(`tasks: ${JSON.stringify(tasks)}`);
  return found;
}

/** Runs SQL as the system's user postgres inside the task's container. */
async function sql(hostname: string, statement: string): Promise<string> {
  const container = "$(docker ps -q --filter ancestor=postgis:15-3.3 | head -n1)";
  return (await on(hostname, `docker exec -u postgres ${container} psql -qAtc "${statement}"`)).trim();
}

/** What the driver of a slave has logged last with a message. */
async function driverSaid(hostname: string, message: string): Promise<Record<string, number | string>> {
  const lines = (await on(hostname, "docker logs volumes 2>&1")).split("\n").filter((line) => line.startsWith("{"));
  const found = lines
    .map((line) => JSON.parse(line))
    .filter(({ msg, volume }) => msg === message && volume === "postgis");
  const last = found.at(-1);
  if (!last) throw new Error(`the driver of ${hostname} has not said "${message}"`);
  return last;
}

const mounted = async (hostname: string) => (await on(hostname, "cat /proc/mounts")).includes("/volumes/postgis ");

beforeAll(async () => {
  cluster = await LocalCluster.running();
  await declare(declaredGb);
  await succeeded(pulumi(["up", "--yes", "--skip-preview", "-s", "local"]));
  const app = JSON.parse(readFileSync(join(root, "apps", "postgis", "app.json"), "utf8"));
  await cluster.door.marathon("/v2/apps", { method: "POST", body: app });
});

afterAll(async () => {
  writeFileSync(configFile("local"), config);
  await cluster.door.marathon("/v2/apps/postgis", { method: "DELETE" });
  const slaves = cluster.outputs.machines.filter(({ role }) => role === "slave").map(({ hostname }) => hostname);
  await until("the volume to be mounted nowhere", 60, async () => {
    for (const hostname of slaves) expected(!(await mounted(hostname)), `mounted on ${hostname}`);
    return true;
  });
  for (const hostname of slaves) {
    await on(hostname, "docker ps -aq --filter volume=postgis | xargs -r docker rm -f; docker volume rm -f postgis");
  }
});

it("a declared volume is there as declared, and a preview refuses to shrink it", async () => {
  const shown = "docker volume inspect --format '{{.Driver}} {{.Status.sizeGb}}' postgis";
  await until("the slaves' drivers to have it", 30, async () => {
    for (const { hostname, role } of cluster.outputs.machines) {
      if (role === "slave") expected((await on(hostname, shown)).trim().endsWith(` ${declaredGb}`), hostname);
    }
    return true;
  });
  await declare(declaredGb - 1);
  const { code, output } = await pulumi(["preview", "-s", "local"]);
  expect(output).toContain("block volume postgis has 2 GB: it can only grow, not become 1 GB");
  expect(code).not.toBe(0);
  await declare(declaredGb);
});

it("a database follows its volume when its slave dies, with every row it has acknowledged", async () => {
  const first = await until("the database on its first slave", 120, () => task());
  const old = cluster.hostnameOf(first.host);
  await until("answers", 60, async () => (await sql(old, "SELECT postgis_version()")) || undefined);
  await sql(old, "CREATE TABLE places (id serial PRIMARY KEY, at geography(point))");
  let acknowledged = 0;
  for (; acknowledged < 10; acknowledged++) {
    await sql(old, `INSERT INTO places (at) VALUES ('POINT(${acknowledged} 50)')`);
  }

  const killed = Date.now();
  await docker("kill", machineOf(old));
  const next = await until("a task on another slave", 90, async () => {
    const { tasks } = await cluster.door.marathon<{ tasks: Task[] }>("/v2/apps/postgis/tasks");
    const other = tasks.find(({ id, host }) => id !== first.id && host && host !== first.host);
    expected(other !== undefined, tasks);
    return other;
  }).catch((error: Error) => withDiagnosis(cluster, error));
  const detected = Date.now();
  const hostname = cluster.hostnameOf(next.host);
  const count = await until("the database to answer", 60, async () =>
    sql(hostname, "SELECT count(*) FROM places"),
  ).catch((error: Error) => withDiagnosis(cluster, error));
  const answered = Date.now();
  const attached = await driverSaid(hostname, "attached");
  const mount = await driverSaid(hostname, "mounted");
  const ms = (value: unknown) => Number(value);
  const storage =
    ms(attached.leaseMs) + ms(attached.detachMs) + ms(attached.attachMs) + ms(mount.checkMs) + ms(mount.mountMs);
  console.log(
    `database answers ${((answered - killed) / 1000).toFixed(1)} s after its slave's death: ` +
      `detection ${detected - killed} ms, lease ${attached.leaseMs} ms, detach ${attached.detachMs} ms, ` +
      `attach ${attached.attachMs} ms, check and mount ${ms(mount.checkMs) + ms(mount.mountMs)} ms, ` +
      `start ${answered - detected - storage} ms`,
  );
  expect(Number(count)).toBeGreaterThanOrEqual(acknowledged);
  expect((answered - killed) / 1000).toBeLessThanOrEqual(answerLimitSeconds);

  await docker("start", machineOf(old));
  await until(`${old} back`, 120, async () => {
    expected((await on(old, "docker ps --format '{{.Names}}'")).includes("volumes"), "no driver yet");
    return true;
  });
  expect(await mounted(old)).toBe(false);
  expect(await mounted(hostname)).toBe(true);
  const taken = await on(
    old,
    "docker run --rm --volume-driver=rexray -v postgis:/data --entrypoint touch postgis:15-3.3 /data/x 2>&1 || true",
  );
  expect(taken).toContain(`${hostname} holds it since`);
  await sql(hostname, "INSERT INTO places (at) VALUES ('POINT(0 0)')");
  expect(Number(await sql(hostname, "SELECT count(*) FROM places"))).toBe(Number(count) + 1);
});
