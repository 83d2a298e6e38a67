import { isScheduled, type Job, lastState, parentsOf } from "./job";

/** How often each parent has succeeded since the child last started. */
export type Rounds = Readonly<Record<string, number>>;

/** The jobs that name this one as a parent. */
export function childrenOf(jobs: Iterable<Job>, name: string): Job[] {
  return [...jobs].filter((job) => parentsOf(job).includes(name));
}

/** Whether a job with these parents would depend on itself. */
export function wouldBeCycle(jobs: ReadonlyMap<string, Job>, name: string, parents: readonly string[]): boolean {
  const seen = new Set<string>();
  const open = [...parents];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === name) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    const job = jobs.get(next);
    if (job) open.push(...parentsOf(job));
  }
  return false;
}

/**
 * Counts a parent's success. The child is to run when it has this parent only, or when this one was the last of a round:
 * its count is then the smallest of all.
 */
export function countSuccess(
  parents: readonly string[],
  rounds: Rounds,
  parent: string,
): { rounds: Rounds; isDue: boolean } {
  if (parents.length === 1) return { rounds, isDue: true };
  const counted = { ...rounds, [parent]: (rounds[parent] ?? 0) + 1 };
  return { rounds: counted, isDue: counted[parent] === Math.min(...parents.map((each) => counted[each] ?? 0)) };
}

/** `GET graph/dot` */
export function dotGraph(jobs: readonly Job[]): string {
  const numbers = new Map(jobs.map(({ name }, index) => [name, index + 1]));
  const nodes = jobs.map(({ name }) => `  ${numbers.get(name)} [ label="${name}" ];\n`);
  const edges = edgesOf(jobs).map(([parent, child]) => `  ${numbers.get(parent)} -> ${numbers.get(child)};\n`);
  return `digraph G {\n${nodes.join("")}${edges.join("")}}\n`;
}

/**
 * `GET graph/csv`
 * @param stateOf idle, queued or `2 running`
 */
export function csvGraph(jobs: readonly Job[], stateOf: (name: string) => string): string {
  const nodes = jobs.map((job) => `node,${job.name},${lastState(job)},${stateOf(job.name)}\n`);
  const links = edgesOf(jobs).map(([parent, child]) => `link,${parent},${child}\n`);
  return nodes.join("") + links.join("");
}

function edgesOf(jobs: readonly Job[]): [parent: string, child: string][] {
  return jobs.flatMap((job) => parentsOf(job).map((parent): [string, string] => [parent, job.name]));
}

/** The definition of a job's child once the job is gone: it gets the job's schedule, or the job's parents. */
export function orphaned(child: Job, gone: Job): Job {
  if (isScheduled(child)) return child;
  const { parents, ...rest } = child;
  if (isScheduled(gone)) return { ...rest, schedule: gone.schedule, scheduleTimeZone: gone.scheduleTimeZone };
  const others = parents.filter((parent) => parent !== gone.name);
  return { ...rest, parents: [...new Set([...others, ...gone.parents])] };
}
