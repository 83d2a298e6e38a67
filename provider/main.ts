import { exitWithEngine } from "@drover/lib/pulumi/exit-with-engine";
import { main, type Provider } from "@pulumi/pulumi/provider";
import { blockVolume } from "./resources/block-volume";
import { certificate } from "./resources/certificate";
import { clusterReady } from "./resources/cluster-ready";
import { gate } from "./resources/gate";
import { glusterVolume } from "./resources/gluster-volume";
import { identity } from "./resources/identity";
import { machineFiles } from "./resources/machine-files";
import { machineReady } from "./resources/machine-ready";
import { marathonApp } from "./resources/marathon-app";
import { progressTo } from "./server/progress";
import type { ResourceHandler } from "./server/resource";
import { plain } from "./server/values";
import { version } from "./version";

type AnyHandler = ResourceHandler<object, object>;

const handlers: Record<string, AnyHandler> = {
  "drover:index:Identity": identity as unknown as AnyHandler,
  "drover:index:Certificate": certificate as unknown as AnyHandler,
  "drover:index:MachineReady": machineReady as unknown as AnyHandler,
  "drover:index:MachineFiles": machineFiles as unknown as AnyHandler,
  "drover:index:Gate": gate as unknown as AnyHandler,
  "drover:index:ClusterReady": clusterReady as unknown as AnyHandler,
  "drover:index:MarathonApp": marathonApp as unknown as AnyHandler,
  "drover:index:BlockVolume": blockVolume as unknown as AnyHandler,
  "drover:index:GlusterVolume": glusterVolume as unknown as AnyHandler,
};

/** urn:pulumi:stack::project::parentType$type::name -> its handler. */
function handlerOf(urn: string): AnyHandler {
  const type = urn.split("::")[2]?.split("$").pop() ?? "";
  const handler = handlers[type];
  if (!handler)
    throw new Error(`the provider drover has no resource of type ${type}; it has ${Object.keys(handlers).join(", ")}`);
  return handler;
}

/** The name a resource has in the program: its id, since it lives nowhere but in the state. */
function nameOf(urn: string): string {
  return urn.split("::")[3] ?? urn;
}

const engine = process.argv.slice(2).find((word) => !word.startsWith("-")) ?? "";

const provider: Provider = {
  version,
  schema: JSON.stringify({ name: "drover", version }),
  async check(urn, olds, news) {
    const failures = handlerOf(urn).check?.(plain(olds ?? {}) as object, plain(news) as object) ?? [];
    return { inputs: news, failures };
  },
  async diff(_id, urn, olds, news) {
    return { changes: handlerOf(urn).changed(plain(olds) as object, plain(news) as object) };
  },
  async create(urn, inputs) {
    const news = plain(inputs) as object;
    const outs = await handlerOf(urn).create(news, progressTo(engine, urn));
    return { id: nameOf(urn), outs: { ...news, ...outs } };
  },
  async update(_id, urn, olds, news) {
    const wanted = plain(news) as object;
    const outs = await handlerOf(urn).update(plain(olds) as object, wanted, progressTo(engine, urn));
    return { outs: { ...wanted, ...outs } };
  },
  async read(id, urn, props) {
    const handler = handlerOf(urn);
    if (!handler.read) return { id, props };
    const found = await handler.read(plain(props) as object);
    return found ? { id, props: found } : { id: "", props: {} };
  },
  async delete(_id, urn, props) {
    await handlerOf(urn).remove?.(plain(props) as object, progressTo(engine, urn));
  },
};

exitWithEngine();
main(provider, process.argv.slice(2));
