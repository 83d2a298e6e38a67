import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { exitWithEngine } from "@drover/lib/pulumi/exit-with-engine";
import { main, type Provider } from "@pulumi/pulumi/provider";
import { plain } from "../../provider/server/values";
import { answerOf, computedOutputs, idOf, replacedBy } from "./cloud";
import { type Fault, Store } from "./store";
import { changed, withSecretsOnly } from "./values";

/** The package that this process stands in for, and the folder of its resources: given by the launcher. */
const { DOUBLE_PACKAGE = "", DOUBLE_FOLDER = "" } = process.env;
const version = "99.0.0";
const store = new Store(DOUBLE_FOLDER);

/** urn:pulumi:stack::project::parentType$type::name */
function subject(urn: string): { type: string; name: string } {
  const [, , types = "", name = ""] = urn.split("::");
  return { type: types.split("$").pop() ?? "", name };
}

/** Does what a test has asked to happen at a resource. */
async function meet(name: string, operation: Fault["operation"]): Promise<void> {
  const fault = store.fault(name, operation);
  if (fault?.delayMs) await delay(fault.delayMs);
  if (fault?.fail) throw new Error(fault.fail);
}

function keep(id: string, urn: string, given: unknown) {
  const { type, name } = subject(urn);
  const inputs = plain(given) as Record<string, unknown>;
  const outs = { ...computedOutputs(type, inputs, name), ...(withSecretsOnly(given) as object) };
  store.write(id, { type, name, inputs, properties: outs });
  return outs;
}

const provider: Provider = {
  version,
  schema: JSON.stringify({ name: DOUBLE_PACKAGE, version }),
  async diff(id, urn, _olds, news) {
    const changes = changed(store.read(id)?.inputs ?? {}, news);
    return { changes: changes.length > 0, replaces: replacedBy(subject(urn).type, changes) };
  },
  async create(urn, inputs) {
    const { type, name } = subject(urn);
    await meet(name, "create");
    const id = idOf(type, name, randomBytes(4).toString("hex"));
    return { id, outs: keep(id, urn, inputs) };
  },
  async read(id) {
    const kept = store.read(id);
    return kept ? { id, props: kept.properties, inputs: kept.inputs } : { id: "", props: {} };
  },
  async update(id, urn, _olds, news) {
    await meet(subject(urn).name, "update");
    return { outs: keep(id, urn, news) };
  },
  async delete(id, urn) {
    await meet(subject(urn).name, "delete");
    store.remove(id);
  },
  async invoke(token, inputs) {
    return { outputs: answerOf(token, plain(inputs) as Record<string, unknown>) };
  },
};

exitWithEngine();
main(provider, process.argv.slice(2));
