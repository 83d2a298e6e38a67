import { describe, expect, it } from "vitest";
import { ruleNames } from "../stacks/policy-schema";
import { openRule, withInputs, without } from "./broken-stacks/break";
import { brokenContainers } from "./broken-stacks/containers";
import { brokenMachines } from "./broken-stacks/machines";
import { brokenWholes } from "./broken-stacks/whole";
import { type Rule, violations } from "./rule";
import { rules } from "./rules";
import { azure, openStack, type TestStack } from "./test-stacks";

/** Every message that the pack has for a stack, with the rule's name before it. */
function found({ resources, environment, recorded }: TestStack): string[] {
  const told = (rule: Rule) => violations([rule], resources, { environment, recorded });
  return rules.flatMap((rule) => told(rule).map(({ message }) => `${rule.name}: ${message}`));
}
const broken = [...brokenMachines, ...brokenContainers, ...brokenWholes];

describe("a broken stack", () => {
  it.each(broken)("%s", (_what, stack, messages) => {
    expect(found(stack)).toEqual(messages);
  });

  it("is there for every rule", () => {
    const heard = new Set(broken.flatMap(([, , messages]) => messages.map((message) => message.split(":")[0])));
    expect([...heard].sort()).toEqual([...ruleNames].sort());
    expect(rules.map(({ name }) => name)).toEqual(ruleNames);
  });
});

describe("a stack that keeps the rules", () => {
  it.each([
    ["OpenStack", openStack()],
    ["Azure", azure()],
  ])("on %s has nothing to be told", (_cloud, stack) => {
    expect(found(stack)).toEqual([]);
  });

  it("may do what its environment lists, and what it confirms", () => {
    const policy = {
      openPorts: [22],
      dockerSocket: ["zookeeper"],
      privileged: ["zookeeper"],
      encryptedVolumeTypes: ["luks", "fast"],
      confirmRemoval: true,
    };
    const listed = openStack({ policy }).environment;
    const may = (stack: TestStack) =>
      found({ ...stack, environment: listed }).filter((line) => /^(open|docker|privil|encry|remov|repla)/.test(line));
    const onlySsh = without(openRule({ remoteIpPrefix: "0.0.0.0/0" }), "front-443", "mesos-master-ops110");
    const zookeeper = { envs: [], privileged: true, volumes: [{ hostPath: "/run/docker.sock", containerPath: "/s" }] };
    expect(may(withInputs(onlySsh, "zookeeper-ops110", zookeeper))).toEqual(
      [
        "docker-socket: container mesos-agent reaches the Docker engine by /var/run/docker.sock: list it in drover:policy.dockerSocket if it must",
      ].flatMap((line) => [line, line, line]),
    );
    const gone = without(openStack(), "slave-000", "slave-001", "slave-002", "ops120-data", "front-443");
    expect(may(withInputs(gone, "ops110-data", { availabilityZone: "a" }))).toEqual([]);
  });
});
