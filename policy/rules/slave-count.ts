import { machines } from "../model/machine";
import type { StackRule } from "../rule";

/** A slip of a finger in one number should cost a message, not a month's budget. */
export const slaveCount: StackRule = {
  name: "slave-count",
  description: "There are between one slave and the environment's maximum.",
  level: "mandatory",
  stack(resources, { environment }) {
    const { maximumSlaves } = environment.policy;
    const all = machines(resources, environment);
    const slaves = all.filter(({ role }) => role === "slave").reduce((sum, { count }) => sum + count, 0);
    if (all.length === 0 || (slaves >= 1 && slaves <= maximumSlaves)) return [];
    const [first] = all;
    return [
      {
        urn: first?.resource.urn ?? "",
        message: `there would be ${slaves} slaves; allowed are 1 to ${maximumSlaves} (drover:policy.maximumSlaves)`,
      },
    ];
  },
};
