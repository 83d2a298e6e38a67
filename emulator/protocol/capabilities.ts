/** What every agent that speaks agent.ts can do, in upstream's names. */
export const AGENT_CAPABILITIES = ["MULTI_ROLE", "HIERARCHICAL_ROLE", "AGENT_DRAINING"];
