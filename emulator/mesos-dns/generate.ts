import { isIP } from "node:net";
import type { Config } from "./config";
import { domainFragment, type LabelRule, rfc952, rfc1123 } from "./label";
import { RecordSet, type TaskRecord } from "./record-set";
import { type Framework, parsePid, parsePorts, type State, type Task } from "./state";
import { taskAddresses } from "./task-addresses";
import { taskHash } from "./task-hash";

export interface Enumeration {
  frameworks: { name: string; tasks: { name: string; id: string; records: TaskRecord[] }[] }[];
}

export interface Generated {
  records: RecordSet;
  enumeration: Enumeration;
}

type GenerateConfig = Pick<Config, "domain" | "soaMname" | "ipSources" | "enforceRfc952">;

/**
 * Makes all records of a master's state, by the naming rules of mesos-dns.
 * @param masters `ip:port` of all masters, the leader first
 * @param ownAddresses those this server listens on; the name in SOA and NS answers stands for them
 */
export function generate(
  state: State,
  masters: readonly string[],
  ownAddresses: readonly string[],
  config: GenerateConfig,
): Generated {
  const records = new RecordSet();
  const enumeration: Enumeration = { frameworks: [] };
  const rule = config.enforceRfc952 ? rfc952 : rfc1123;
  const zone = `${config.domain}.`;

  for (const address of ownAddresses) records.addAddress(config.soaMname, address);
  addMasters(records, state.leader, masters, zone);

  const agents = new Map<string, string>();
  for (const agent of state.slaves) {
    const at = parsePid(agent.pid);
    if (at === undefined || isIP(at.address) === 0) continue;
    agents.set(agent.id, at.address);
    records.addAddress(`slave.${zone}`, at.address);
    records.addService(`_slave._tcp.${zone}`, `slave.${zone}`, at.port);
  }

  for (const framework of state.frameworks) {
    const name = domainFragment(framework.name, rule);
    addFramework(records, framework, `${name}.${zone}`);
    const tasks = framework.tasks.flatMap((task) => {
      const agent = agents.get(task.slave_id);
      if (task.state !== "TASK_RUNNING" || agent === undefined) return [];
      const made = addTask(records, task, agent, { framework: name, zone, rule, sources: config.ipSources });
      return [{ name: task.name, id: task.id, records: made }];
    });
    enumeration.frameworks.push({ name: framework.name, tasks });
  }
  return { records, enumeration };
}

/** The scheduler's own place: known from its pid, else only its host. */
function addFramework(records: RecordSet, framework: Framework, name: string): void {
  const at = parsePid(framework.pid);
  const address = at?.address ?? framework.hostname ?? "";
  if (isIP(address) === 0) return;
  records.addAddress(name, address);
  if (at !== undefined) records.addService(`_framework._tcp.${name}`, name, at.port);
}

function addMasters(records: RecordSet, leaderPid: string | undefined, masters: readonly string[], zone: string): void {
  const leader = parsePid(leaderPid);
  if (leader === undefined) return;
  records.addAddress(`leader.${zone}`, leader.address);
  records.addService(`_leader._tcp.${zone}`, `leader.${zone}`, leader.port);
  records.addService(`_leader._udp.${zone}`, `leader.${zone}`, leader.port);
  const own = `${leader.address}:${leader.port}`;
  const all = new Set(masters.includes(own) ? masters : [...masters, own]);
  [...all].forEach((master, index) => {
    const address = master.slice(0, master.lastIndexOf(":"));
    if (isIP(address) === 0) return;
    records.addAddress(`master.${zone}`, address);
    records.addAddress(`master${index}.${zone}`, address);
  });
}

interface TaskContext {
  framework: string;
  zone: string;
  rule: LabelRule;
  sources: GenerateConfig["ipSources"];
}

/**
 * With discovery information its name stands for the task's, also as it was given: that keeps the dots, by which
 * Marathon's `/prod/web` is `web.prod.marathon.mesos`.
 */
function addTask(records: RecordSet, task: Task, agent: string, context: TaskContext): TaskRecord[] {
  const given = task.discovery?.name;
  const names = given ? [given.toLowerCase(), context.rule(given)] : [context.rule(task.name)];
  return [...new Set(names)].flatMap((name) => addTaskName(records, name, task, agent, context));
}

function addTaskName(records: RecordSet, name: string, task: Task, agent: string, context: TaskContext): TaskRecord[] {
  const { framework, zone, rule, sources } = context;
  const made: (TaskRecord | undefined)[] = [];
  const agentTail = task.slave_id.slice(task.slave_id.lastIndexOf("-") + 1).toLowerCase();
  const canonical = `${name}-${taskHash(task.id)}-${agentTail}.${framework}`;
  for (const address of taskAddresses(task, [agent], sources)) {
    made.push(records.addAddress(`${name}.${framework}.${zone}`, address));
    made.push(records.addAddress(`${canonical}.${zone}`, address));
  }
  made.push(records.addAddress(`${name}.${framework}.slave.${zone}`, agent));
  made.push(records.addAddress(`${canonical}.slave.${zone}`, agent));

  const isDiscovered = Boolean(task.discovery?.name);
  const below = isDiscovered ? [`slave.${zone}`] : [`slave.${zone}`, zone];
  for (const port of parsePorts(task.resources.ports)) {
    for (const protocol of ["tcp", "udp"]) {
      for (const tail of below) {
        const service = `_${name}._${protocol}.${framework}.${tail}`;
        made.push(records.addService(service, `${canonical}.slave.${zone}`, port));
      }
    }
  }
  for (const port of isDiscovered ? (task.discovery?.ports?.ports ?? []) : []) {
    const protocol = rule(port.protocol ?? "");
    const portName = rule(port.name ?? "");
    for (const one of protocol ? [protocol] : ["tcp", "udp"]) {
      const service = `_${name}._${one}.${framework}.${zone}`;
      made.push(records.addService(service, `${canonical}.${zone}`, port.number));
      if (portName) made.push(records.addService(`_${portName}.${service}`, `${canonical}.${zone}`, port.number));
    }
  }
  return made.filter((record) => record !== undefined);
}
