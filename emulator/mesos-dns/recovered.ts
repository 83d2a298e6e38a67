import type { Framework, State } from "./state";

/** True while agents that the former leader knew have not come back to the new one: it cannot tell of their tasks. */
export function isRecovering({ recovered_slaves: recovered = [] }: State): boolean {
  return recovered.length > 0;
}

/**
 * A leader's state, with what was known of the agents that have not come back to it: their tasks run on. An agent that
 * stays away is no longer listed as recovered after the master's `agent_reregister_timeout`.
 * @param former what was known before
 */
export function withRecovered(state: State, former: State): State {
  const missing = new Set((state.recovered_slaves ?? []).map(({ id }) => id));
  if (missing.size === 0) return state;
  const kept = former.frameworks.map((framework) => ({
    ...framework,
    tasks: framework.tasks.filter((task) => missing.has(task.slave_id)),
  }));
  const tasksOf = (id: string) => kept.find((framework) => framework.id === id)?.tasks ?? [];
  const isListed = ({ id }: Framework) => state.frameworks.some((framework) => framework.id === id);
  return {
    ...state,
    slaves: [...state.slaves, ...former.slaves.filter(({ id }) => missing.has(id))],
    frameworks: [
      ...state.frameworks.map((framework) => ({ ...framework, tasks: [...framework.tasks, ...tasksOf(framework.id)] })),
      ...kept.filter((framework) => framework.tasks.length > 0 && !isListed(framework)),
    ],
  };
}
