import { containersOf } from "../model/container";
import type { Resource } from "../resource";
import type { Facts, StackRule, Violation } from "../rule";

function variable(variables: readonly string[], name: string): string | undefined {
  return variables.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** An even ensemble survives no more failures than the odd one below it; less than a majority lets two leaders be. */
export const coreQuorum: StackRule = {
  name: "core-quorum",
  description: "ZooKeeper and the masters have an odd number of members, and a majority decides.",
  level: "mandatory",
  stack(resources: readonly Resource[], { environment }: Facts): Violation[] {
    const found: Violation[] = [];
    const members = (service: string) =>
      resources.flatMap((resource) =>
        containersOf(resource, environment)
          .filter(({ name }) => name === service)
          .map((container) => ({ urn: resource.urn, container })),
      );
    const [ensemble, masters] = [members("zookeeper"), members("mesos-master")];
    for (const [service, all] of [
      ["ZooKeeper", ensemble],
      ["Mesos masters", masters],
    ] as const) {
      const [first] = all;
      if (first && all.length % 2 === 0) {
        found.push({
          urn: first.urn,
          message: `${service} would have ${all.length} members: make it 1, 3 or 5 in drover:core`,
        });
      }
    }
    for (const { urn, container } of ensemble) {
      const servers = variable(container.variables, "ZOO_SERVERS")?.split(" ").filter(Boolean).length;
      if (servers !== undefined && servers !== ensemble.length) {
        found.push({
          urn,
          message: `this ZooKeeper knows ${servers} members, there are ${ensemble.length}: give every member the list of all`,
        });
      }
    }
    const majority = Math.floor(masters.length / 2) + 1;
    for (const { urn, container } of masters) {
      const quorum = variable(container.variables, "MESOS_QUORUM");
      if (quorum !== undefined && Number(quorum) !== majority) {
        found.push({
          urn,
          message: `MESOS_QUORUM is ${quorum}, a majority of ${masters.length} masters is ${majority}`,
        });
      }
    }
    return found;
  },
};
