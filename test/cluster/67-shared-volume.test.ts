import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { root } from "../../tools/system/paths";
import { npm, succeeded } from "./support/cli";
import { docker } from "./support/engine";
import { Load } from "./support/load";
import { LocalCluster } from "./support/local";
import { onMachine } from "./support/machine";
import { expected, until } from "./support/until";

const sitesEnabled = "/mnt/gv0/apache2/etc/sites-enabled";
const slaves = ["slave-000", "slave-001"];
const image = "docker.marathon.mesos:5000/apache2";

/** The longest that a write may take while a core machine dies: the ping time-out, and a busy computer. */
const slowestWriteMs = 20_000;

let cluster: LocalCluster;

const machine = (hostname: string) => `drover-local-${hostname}`;
const onSlave = (script: string, slave = "slave-000") => docker("exec", machine(slave), "bash", "-ec", script);

beforeAll(async () => {
  cluster = await LocalCluster.withDemo();
});

afterAll(async () => {
  await cluster.door.ask("marathon", "/v2/apps/apache2?force=true", { method: "DELETE", password: true });
  await until("no task of the farm", 60, async () => {
    const { status } = await cluster.door.ask("marathon", "/v2/apps/apache2", { password: true });
    expected(status === 404, `status ${status}`);
    return true;
  });
  await onSlave("rm -rf /mnt/gv0/apache2 /mnt/gv0/load");
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

/** Runs a command in the farm's container on a slave. */
const inTask = (slave: string, command: string) =>
  onSlave(`docker exec $(docker ps -q --filter ancestor=${image} | head -n1) ${command}`, slave);

it("a web farm serves its sites from the shared volume on two slaves", async () => {
  await addSite("one");
  await cluster.door.marathon("/v2/apps", { method: "POST", body: apache2(["one"]) });
  const { tasks } = await whole();
  expect(new Set(tasks.map(({ host }) => host)).size).toBe(2);
  await shows("one");
  for (const slave of slaves) {
    expect(await inTask(slave, "cat /srv/one/index.html")).toBe("site one\n");
    await expect(inTask(slave, "touch /srv/one/x")).rejects.toThrow("Read-only");
  }
});

it("a new site and the rolling restart that shows it interrupt no other site", async () => {
  const before = (await farm()).tasks.map(({ id }) => id);
  const load = new Load(cluster.door, "one", 240);
  await addSite("two");
  await cluster.door.marathon("/v2/apps/apache2", { method: "PUT", body: apache2(["one", "two"]) });
  const after = await whole();
  await shows("two");
  await load.stop();
  console.log(`site one: ${load.asked} requests, ${load.failures.length} failed, slowest ${load.slowestMs} ms`);
  expect(load.failures).toEqual([]);
  expect(after.tasks.filter(({ id }) => before.includes(id))).toEqual([]);
});

it("a core machine killed under a writing load: no write fails, reads go on, and it heals when it is back", async () => {
  const script = `mkdir -p /mnt/gv0/load; slowest=0; i=0
until [ -e /mnt/gv0/load/enough ]; do
  i=$((i + 1)); before=$(date +%s%N)
  dd if=/dev/urandom of=/mnt/gv0/load/$i bs=32k count=1 conv=fsync status=none
  took=$((($(date +%s%N) - before) / 1000000)); [ $took -le $slowest ] || slowest=$took
done; echo $slowest $i`;
  // docker() limits a command to a minute, so the load ends itself when its last file is there.
  const writing = onSlave(script);
  await until("the first files", 30, () => onSlave("ls /mnt/gv0/load/20"));
  await docker("kill", machine("ops110"));
  const killed = Date.now();
  const written = Number(await onSlave("ls /mnt/gv0/load | wc -l", "slave-001"));
  expect(await onSlave("cat /mnt/gv0/apache2/srv/one/index.html", "slave-001")).toBe("site one\n");
  const readMs = Date.now() - killed;
  await until("the load to go on", 30, () => onSlave(`ls /mnt/gv0/load/${written + 100}`));
  await onSlave("touch /mnt/gv0/load/enough");
  const [slowest = 0, files] = (await writing).trim().split(" ").map(Number);
  console.log(`a core machine killed under ${files} writes: the slowest took ${slowest} ms, reads ${readMs} ms`);
  expect(slowest).toBeLessThan(slowestWriteMs);

  await docker("start", machine("ops110"));
  const started = Date.now();
  await until("everything to be healed", 120, async () => {
    const summary = await onMachine("local", cluster.outputs, "ops100", "sudo gluster volume heal gv0 info summary");
    const pending = [...summary.matchAll(/^Total Number of entries: (\S+)/gm)].map(([, count]) => count);
    expect(summary).not.toMatch(/in split-brain: [1-9]/);
    expected(pending.length === 3 && pending.every((count) => count === "0"), summary);
    return true;
  });
  console.log(`healed ${((Date.now() - started) / 1000).toFixed(1)} s after its start`);
  const digest = (hostname: string) =>
    docker("exec", machine(hostname), "bash", "-c", "cd /disk/ssd/data/bricks/gv0/load && md5sum * | md5sum");
  expect(await digest("ops110")).toBe(await digest("ops100"));
});

it("all machines restarted in random order: the volume is mounted before any task starts", async () => {
  const seed = String(Date.now());
  const at = (hostname: string) => createHash("sha256").update(seed).update(hostname).digest("hex");
  const names = cluster.outputs.machines.map(({ hostname }) => hostname);
  const order = [...names].sort((a, b) => at(a).localeCompare(at(b)));
  console.log(`seed ${seed}: ${order.join(", ")}`);
  await Promise.all(names.map((name) => docker("kill", machine(name))));
  for (const name of order) {
    await docker("start", machine(name));
    await delay(Number.parseInt(at(name).slice(0, 4), 16) % 2000);
  }
  await until("Marathon to answer", 120, async () => (await farm()).tasks.length > 0 || undefined);
  await whole();
  await shows("one");
  await shows("two");
  const started = (unit: string, slave: string) =>
    onSlave(`systemctl show -p ExecMainStartTimestampMonotonic --value ${unit}`, slave).then(Number);
  for (const slave of slaves) {
    expect(await started("mesos-agent", slave)).toBeGreaterThan(await started("drover-shared-volume", slave));
    // A container that had been started before the mount would see what lies below it: nothing.
    expect(await inTask(slave, "cat /srv/two/index.html")).toBe("site two\n");
    expect(await onSlave("grep -c ' /mnt/gv0 tmpfs ro' /proc/mounts", slave)).toBe("1\n");
  }
});

it("a file that was removed comes back from a backup, and the farm serves on", async () => {
  const saved = mkdtempSync(join(tmpdir(), "drover-saved-volume-"));
  onTestFinished(() => rmSync(saved, { recursive: true }));
  await succeeded(npm("backup", [saved]));
  await onSlave("rm /mnt/gv0/apache2/srv/one/index.html");
  await succeeded(npm("restore", [saved]));
  for (const slave of slaves) {
    expect(await onSlave("cat /mnt/gv0/apache2/srv/one/index.html", slave)).toBe("site one\n");
  }
  await whole();
  await shows("one");
});
