import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, expect, it } from "vitest";
import { root } from "../../tools/system/paths";
import { docker } from "./support/engine";
import { Load } from "./support/load";
import { LocalCluster } from "./support/local";
import { onMachine } from "./support/machine";
import { expected, until } from "./support/until";

const sitesEnabled = "/mnt/gv0/apache2/etc/sites-enabled";
let cluster: LocalCluster;

const machine = (hostname: string) => `drover-local-${hostname}`;
const onSlave = (script: string, slave = "slave-000") => docker("exec", machine(slave), "bash", "-ec", script);

beforeAll(async () => {
  cluster = await LocalCluster.withDemo();
});

/** Puts a site on the shared volume, as its owner would: its files, then its vhost. */
async function addSite(name: string): Promise<void> {
  const host = `${name}.${cluster.door.domain}`;
  const vhost = `<VirtualHost *:80>\nServerName ${host}\nDocumentRoot /srv/${name}\n</VirtualHost>`;
  await onSlave(`mkdir -p ${sitesEnabled} /mnt/gv0/apache2/srv/${name}
echo 'site ${name}' > /mnt/gv0/apache2/srv/${name}/index.html
echo '${vhost}' > ${sitesEnabled}/${name}.conf`);
}

/** The app's definition with these sites at the front door. */
function apache2(sites: readonly string[]): Record<string, unknown> {
  const app = JSON.parse(readFileSync(join(root, "apps", "apache2", "app.json"), "utf8")) as { labels: object };
  const hosts = sites.map((site) => `${site}.${cluster.door.domain}`).join(",");
  return { ...app, labels: { ...app.labels, HAPROXY_0_VHOST: hosts } };
}

interface Farm {
  tasks: { id: string; host: string }[];
  healthy: number;
  deployments: number;
}

async function farm(): Promise<Farm> {
  type App = { app: { tasks: Farm["tasks"]; tasksHealthy: number; deployments: unknown[] } };
  const { app } = await cluster.door.marathon<App>("/v2/apps/apache2");
  return { tasks: app.tasks, healthy: app.tasksHealthy, deployments: app.deployments.length };
}

const whole = () =>
  until("the farm to be whole", 120, async () => {
    const now = await farm();
    expected(now.healthy === 2 && now.tasks.length === 2 && now.deployments === 0, now);
    return now;
  });

const shows = (site: string) =>
  until(`site ${site} at the front door`, 30, async () => {
    const { status, body } = await cluster.door.ask(site, "/");
    expected(status === 200 && body.trim() === `site ${site}`, `${status} ${body}`);
    return true;
  });

it("a web farm serves its sites from the shared volume on two slaves", async () => {
  await addSite("one");
  await cluster.door.marathon("/v2/apps", { method: "POST", body: apache2(["one"]) });
  const { tasks } = await whole();
  expect(new Set(tasks.map(({ host }) => host)).size).toBe(2);
  await shows("one");
  // The same files on every slave, and no task may change them.
  await onSlave("echo 'site one' > /mnt/gv0/apache2/srv/one/index.html", "slave-001");
  const id = (await onSlave("docker ps -q --filter ancestor=docker.marathon.mesos:5000/apache2")).split("\n")[0];
  await expect(onSlave(`docker exec ${id} touch /srv/one/x`)).rejects.toThrow("Read-only");
});

it("a new site and the rolling restart that shows it interrupt no other site", async () => {
  const before = (await farm()).tasks.map(({ id }) => id);
  const load = new Load(cluster.door, "one", 240);
  await addSite("two");
  await cluster.door.marathon("/v2/apps/apache2?force=true", { method: "PUT", body: apache2(["one", "two"]) });
  const after = await whole();
  await shows("two");
  await load.stop();
  console.log(`site one: ${load.asked} requests, ${load.failures.length} failed, slowest ${load.slowestMs} ms`);
  expect(load.failures).toEqual([]);
  expect(after.tasks.filter(({ id }) => before.includes(id))).toEqual([]);
});

it("a core machine killed under a writing load: writes wait at most the ping time-out, and it heals when it is back", async () => {
  const writer = onSlave(`mkdir -p /mnt/gv0/load; slowest=0
for i in $(seq 400); do
  before=$(date +%s%N)
  dd if=/dev/urandom of=/mnt/gv0/load/$i bs=32k count=1 conv=fsync status=none
  took=$((($(date +%s%N) - before) / 1000000)); [ $took -le $slowest ] || slowest=$took
done; echo $slowest`);
  await until("the first files", 30, () => onSlave("ls /mnt/gv0/load/20"));
  await docker("kill", machine("ops110"));
  const read = await onSlave("cat /mnt/gv0/apache2/srv/one/index.html", "slave-001");
  expect(read).toBe("site one\n");
  const slowest = Number(await writer);
  console.log(`slowest write while a core machine was killed: ${slowest} ms`);
  expect(slowest).toBeLessThan(20_000);

  await docker("start", machine("ops110"));
  await until("everything to be healed", 120, async () => {
    const script = "sudo gluster volume heal gv0 info summary";
    const summary = await onMachine("local", cluster.outputs, "ops100", script);
    const pending = [...summary.matchAll(/^Total Number of entries: (\S+)/gm)].map(([, count]) => count);
    expected(pending.length === 3 && pending.every((count) => count === "0"), summary);
    expect(summary).not.toMatch(/in split-brain: [1-9]/);
    return true;
  });
  const digest = (hostname: string) =>
    docker("exec", machine(hostname), "bash", "-c", "cd /disk/ssd/data/bricks/gv0/load && md5sum * | md5sum");
  expect(await digest("ops110")).toBe(await digest("ops100"));
});

it("all machines restarted in random order: the volume is mounted before any task starts", async () => {
  const names = cluster.outputs.machines.map(({ hostname }) => hostname);
  const order = names.map((name) => ({ name, at: Math.random() })).sort((a, b) => a.at - b.at);
  console.log(`order: ${order.map(({ name }) => name).join(", ")}`);
  await Promise.all(names.map((name) => docker("kill", machine(name))));
  for (const { name } of order) {
    await docker("start", machine(name));
    await delay(Math.random() * 2000);
  }
  await until("Marathon to answer", 120, async () => (await farm()).tasks.length > 0);
  await whole();
  await shows("one");
  await shows("two");
  for (const slave of ["slave-000", "slave-001"]) {
    const started = async (command: string) => Date.parse((await onSlave(command, slave)).trim());
    const unit = (name: string) => `systemctl show -p ExecMainStartTimestampMonotonic --value ${name}`;
    const mount = Number(await onSlave(unit("drover-shared-volume"), slave));
    expect(Number(await onSlave(unit("mesos-agent"), slave))).toBeGreaterThan(mount);
    const task = await started(
      "docker inspect -f '{{.State.StartedAt}}' $(docker ps -q --filter ancestor=docker.marathon.mesos:5000/apache2)",
    );
    expect(Number.isNaN(task)).toBe(false);
    // Nothing was ever written below the mount.
    expect(await onSlave("grep -c ' /mnt/gv0 tmpfs ro' /proc/mounts", slave)).toBe("1\n");
  }
});

it("the farm goes again", async () => {
  await cluster.door.marathon("/v2/apps/apache2?force=true", { method: "DELETE" });
  await until("no task of the farm", 60, async () => {
    const { status } = await cluster.door.ask("marathon", "/v2/apps/apache2", { password: true });
    expected(status === 404, `status ${status}`);
    return true;
  });
});
