import type { Resource } from "../resource";
import { azure, openStack, type TestStack, userData } from "../test-stacks";

/** What is broken, the stack, and everything the pack has to say. */
export type Broken = [what: string, stack: TestStack, messages: string[]];

/** The stack with other inputs of one resource. */
export function withInputs(stack: TestStack, name: string, more: object, type = ""): TestStack {
  const change = (it: Resource) =>
    it.name === name && it.type.includes(type) ? { ...it, inputs: { ...it.inputs, ...more } } : it;
  return { ...stack, resources: stack.resources.map(change) };
}

export function withResource(stack: TestStack, more: Resource): TestStack {
  return { ...stack, resources: [...stack.resources, more] };
}

export function without(stack: TestStack, ...names: string[]): TestStack {
  return { ...stack, resources: stack.resources.filter(({ name }) => !names.includes(name)) };
}

export const container = (name: string, more: object) => withInputs(openStack(), `${name}-ops110`, more);
export const slave = (data: string) => withInputs(openStack(), "slave-001", { userData: data });
export const unit = (options: string, image = "drover/edge:0123456789ab") =>
  slave(userData({}, `ExecStart=/usr/bin/docker run --name edge ${options} ${image}\n`));
export const limited = "--memory 64m --cpus 0.5";
export const openRule = (inputs: object) => withInputs(openStack(), "ssh", inputs);
export const nsg = (rule: object) =>
  withInputs(azure(), "core", {
    securityRules: [{ name: "r", direction: "Inbound", access: "Allow", destinationPortRange: "22", ...rule }],
  });
export const scaleSet = (profile: object) =>
  withInputs(azure(), "pool-slave", {
    virtualMachineProfile: { ...(azure().resources.at(-1)?.inputs.virtualMachineProfile as object), ...profile },
  });
export const password = "correct-horse-battery";
