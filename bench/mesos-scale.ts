import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { FakeAgent, ports, scalar } from "@drover/emulator/mesos-master/test/fake-agent";
import { leaderOf, TestMaster } from "@drover/emulator/mesos-master/test/masters";
import { TestFramework, task } from "@drover/emulator/mesos-master/test/test-framework";
import { createMasterDetector, type MasterDetector } from "@drover/lib/mesos/master-detector";
import { postJson } from "@drover/lib/mesos/stream";
import type { Offer, TaskStatus } from "@drover/lib/mesos/types";
import { waitFor } from "@drover/lib/test/wait";
import { startZookeeper } from "@drover/lib/test/zookeeper";
import { computer } from "./computer";
import { isBroken, type Measured, renderTable } from "./table";

const TASKS_PER_AGENT = 20;
const SIZES = [100, 1000];
const LIMIT_MS = 120_000;
/** Upstream's default is 10 s; nothing else decides how soon the next master may lead after a kill. */
const SESSION_SECONDS = 4;
const STATE_SAMPLES = 3;

/** `growth`: how many times what it costs at the smallest size one agent or one task may cost at the largest. */
const limits = { stateSeconds: 1, failoverSeconds: 10, memoryMb: 1024, growth: 2 };

interface Measurement {
  registered: number;
  running: number;
  state: number;
  memory: number;
}

/** Agents by the real protocol, without containers, and one framework whose tasks fill them. */
class Load {
  readonly agents: FakeAgent[] = [];
  readonly framework: TestFramework;
  private readonly handled = new Set<string>();
  private readonly connections = new Agent({ keepAlive: true, maxSockets: 16 });
  private running = 0;
  private lastEvent = 0;

  constructor(private readonly detector: MasterDetector) {
    const capabilities = [{ type: "PARTITION_AWARE" }];
    this.framework = new TestFramework(detector, { name: "scale", failover_timeout: 600, capabilities });
    this.framework.acknowledges = false;
  }

  async grow(size: number): Promise<void> {
    while (this.agents.length < size) {
      const resources = [scalar("cpus", TASKS_PER_AGENT), scalar("mem", 4096), ports(31000, 32000)];
      const agent = new FakeAgent(this.detector, `node${this.agents.length}`, resources);
      this.agents.push(agent);
      agent.start();
    }
    await waitFor(`${size} agents`, () => this.agents.every(({ isRegistered }) => isRegistered), LIMIT_MS);
  }

  /** Launches on every agent that is offered whole, until as many tasks run as there is room for. */
  async fill(): Promise<void> {
    const wanted = this.agents.length * TASKS_PER_AGENT;
    await waitFor(
      `${wanted} running tasks`,
      () => {
        this.takeOffers();
        return this.running >= wanted;
      },
      LIMIT_MS,
    );
  }

  stop(): void {
    for (const agent of this.agents) {
      agent.stop();
    }
    this.framework.driver.stop();
    this.connections.destroy();
  }

  private takeOffers(): void {
    const { events } = this.framework;
    for (; this.lastEvent < events.length; this.lastEvent++) {
      const event = events[this.lastEvent];
      if (event?.type === "OFFERS") {
        for (const offer of event.offers.offers) {
          this.launch(offer);
        }
      } else if (event?.type === "UPDATE") {
        this.running += event.update.status.state === "TASK_RUNNING" ? 1 : 0;
        this.acknowledge(event.update.status);
      }
    }
  }

  /** Over several connections, as other people's libraries do: the order of acknowledgements does not matter. */
  private acknowledge({ agent_id, task_id, uuid }: TaskStatus): void {
    const { driver } = this.framework;
    if (uuid !== undefined && driver.masterUrl !== undefined) {
      const call = {
        type: "ACKNOWLEDGE",
        framework_id: { value: driver.frameworkId },
        acknowledge: { agent_id, task_id, uuid },
      };
      const headers = { "Mesos-Stream-Id": driver.streamId };
      postJson(driver.masterUrl, call, { agent: this.connections, headers }).then(
        ({ response }) => response.resume(),
        () => {}, // the agent sends the update again
      );
    }
  }

  private launch(offer: Offer): void {
    if (this.handled.has(offer.agent_id.value)) {
      return;
    }
    this.handled.add(offer.agent_id.value);
    const tasks = Array.from({ length: TASKS_PER_AGENT }, (_, index) =>
      task(`${offer.hostname}.${index}`, offer, [scalar("cpus", 0.5), scalar("mem", 64)]),
    );
    this.framework.launch(offer, ...tasks).catch(() => this.handled.delete(offer.agent_id.value));
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return (performance.now() - startMs) / 1000;
}

/** The median of some samples, so that one collection of garbage does not decide. */
async function stateSeconds(master: TestMaster): Promise<number> {
  const samples: number[] = [];
  for (let index = 0; index < STATE_SAMPLES; index++) {
    samples.push(await seconds(async () => (await master.get("/master/state")).arrayBuffer()));
  }
  return samples.sort((a, b) => a - b)[Math.floor(STATE_SAMPLES / 2)] ?? Number.NaN;
}

/** Resident memory of a process in MB. */
function residentMb(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}

async function measure(load: Load, master: TestMaster, size: number): Promise<Measurement> {
  process.stderr.write(`${size} agents\n`);
  const registered = await seconds(() => load.grow(size));
  const running = await seconds(() => load.fill());
  return { registered, running, state: await stateSeconds(master), memory: residentMb(master.pid) };
}

/** Kills the leader; until the next one has all agents and all tasks back. */
async function failOver(masters: TestMaster[], leader: TestMaster, size: number): Promise<number> {
  process.stderr.write("failover\n");
  return seconds(async () => {
    await leader.end("SIGKILL");
    const next = await leaderOf(masters, LIMIT_MS);
    await waitFor(
      "all agents and tasks",
      async () => {
        const active = await next.metric("master/slaves_active");
        return active === size && (await next.metric("master/tasks_running")) === size * TASKS_PER_AGENT;
      },
      LIMIT_MS,
    );
  });
}

/**
 * Measures a master with simulated agents that speak the real protocol, and prints a table:
 * `npm run bench -- mesos-scale`. Gives 1 when a limit is broken.
 */
export async function mesosScale(): Promise<number> {
  const zookeeper = await startZookeeper("bench");
  const zk = `zk://${zookeeper.server}/mesos`;
  const environment = { MESOS_ZK: zk, MESOS_ZK_SESSION_TIMEOUT: `${SESSION_SECONDS}secs`, MESOS_QUORUM: "1" };
  const masters = [await TestMaster.start(environment), await TestMaster.start(environment)];
  const detector = createMasterDetector(zk);
  const load = new Load(detector);
  try {
    const leader = await leaderOf(masters);
    const results = new Map<number, Measurement>();
    for (const size of SIZES) {
      results.set(size, await measure(load, leader, size));
    }
    const largest = Math.max(...SIZES);
    const failover = await failOver(masters, leader, largest);
    const rows = [...results].flatMap(([size, result]) => rowsOf(size, result));
    rows.push(...growthRows(results));
    rows.push({
      what: `${largest} agents: leader killed (session ${SESSION_SECONDS} s) until all is back`,
      unit: "s",
      drover: failover,
      limit: limits.failoverSeconds,
    });
    process.stdout.write(`\n${computer()}\n\n${renderTable(rows)}`);
    return rows.some(isBroken) ? 1 : 0;
  } finally {
    load.stop();
    await Promise.all(masters.map((master) => master.end("SIGKILL")));
    await detector.close();
    await zookeeper.remove();
  }
}

function rowsOf(size: number, { registered, running, state, memory }: Measurement): Measured[] {
  const tasks = size * TASKS_PER_AGENT;
  return [
    { what: `${size} agents: registered`, unit: "s", drover: registered },
    { what: `${tasks} tasks: running, from the last agent on`, unit: "s", drover: running },
    { what: `${tasks} tasks: /state`, unit: "s", drover: state, limit: limits.stateSeconds },
    { what: `${tasks} tasks: memory of the leader`, unit: "MB", drover: memory, limit: limits.memoryMb },
  ];
}

/** What one agent or one task more costs at the largest size, as a multiple of the smallest: 1 is linear growth. */
function growthRows(results: ReadonlyMap<number, Measurement>): Measured[] {
  const [smallest, largest] = [Math.min(...SIZES), Math.max(...SIZES)];
  const [few, many] = [results.get(smallest), results.get(largest)];
  if (few === undefined || many === undefined) return [];
  const added = (largest - smallest) / smallest;
  const row = (what: string, factor: number): Measured => ({
    ...{ what: `${smallest} to ${largest} agents: ${what}`, unit: "times", drover: factor, limit: limits.growth },
  });
  return [
    row("registering one", many.registered / few.registered / added),
    row("starting one task", many.running / few.running / added),
    row("/state, a task", (many.state / few.state) * (smallest / largest)),
    row("memory, a task", (many.memory / few.memory) * (smallest / largest)),
  ];
}
