import { DockerHost, type Patience } from "../host/docker-host";
import { HostUnreachable } from "../host/unreachable";
import { resourceType } from "../resources/registry";
import { type Operation, previewOutputs, type ResourceType, type State } from "../resources/resource";
import { type AutoNaming, autoName } from "../schema/auto-name";
import { applyDefaults, check, type Failure } from "../schema/check";
import { diff, type PropertyChange } from "../schema/diff";
import type { EngineLog, Severity } from "./engine-log";
import { parseConfig } from "./provider-config";
import { hasUnknown, UNKNOWN, type Values } from "./values";

/** Inputs remember which of them the plugin filled in itself; a name that it made up is kept in the next run. */
const DEFAULTED = "__defaults";

/** How long an operation may take where the program sets no `customTimeouts`, in seconds. */
const OPERATION_LIMIT_SECONDS = 20 * 60;

/** A read asks a few questions; an engine that does not answer them hangs. */
const READ_LIMIT_SECONDS = 60;

/** The resource that an operation is for. */
export interface Subject {
  urn: string;
  type: string;
  name: string;
}

export interface Difference {
  changes: PropertyChange[];
  deleteBeforeReplace: boolean;
}

/** What the plugin does, in plain values; {@link ./rpc} puts it on the wire. */
export class Provider {
  private host: DockerHost | undefined;
  private readonly cancelled = new AbortController();

  constructor(private readonly log: EngineLog) {}

  /** Never fails because the engine cannot be reached: the machine it is on may not be made yet. */
  configure(config: Values): void {
    const { host, sshOpts } = parseConfig(config);
    this.host = new DockerHost(host, sshOpts);
  }

  cancel(): void {
    this.cancelled.abort(new Error("cancelled"));
  }

  close(): void {
    this.host?.close();
  }

  /** Checks the program's inputs and completes them with defaults and a name. */
  async check(
    subject: Subject,
    olds: Values,
    program: Values,
    seed: Uint8Array,
    naming?: AutoNaming,
  ): Promise<{ inputs: Values; failures: Failure[] }> {
    const type = resourceType(subject.type);
    const { [DEFAULTED]: _, ...news } = program;
    const failures = check(news, type.inputs);
    if (failures.length > 0) return { inputs: news, failures };
    const { values, defaulted } = applyDefaults(news, type.inputs);
    if (type.autoNamed && values.name === undefined) {
      const name = keptName(olds) ?? autoName(subject.name, seed, naming);
      if (name === undefined)
        return {
          inputs: values,
          failures: [{ property: "name", reason: "must be given: automatic names are switched off" }],
        };
      values.name = name;
      defaulted.push("name");
    }
    const broken = hasUnknown(values) ? [] : (type.check?.(values) ?? []);
    if (broken.length > 0) return { inputs: values, failures: broken };
    const inputs = (await type.complete?.(values)) ?? values;
    if (Array.isArray(inputs)) return { inputs: values, failures: inputs };
    return { inputs: { ...inputs, [DEFAULTED]: defaulted }, failures: [] };
  }

  diff(subject: Subject, olds: Values, news: Values): Difference {
    const type = resourceType(subject.type);
    const changes = diff(olds, news, { ...type.inputs, ...type.derived }).map((change) => ({
      ...change,
      replace: change.replace || type.mustReplace?.(change.name, news) === true,
    }));
    const replace = changes.some((change) => change.replace);
    // Old and new cannot exist together under one name, unless it is a new one anyway.
    const sameName = type.autoNamed && !changes.some(({ name }) => name === "name");
    return {
      changes,
      deleteBeforeReplace: replace && (type.neverTwice === true || (sameName && keptName(news) === undefined)),
    };
  }

  async create(
    subject: Subject,
    inputs: Values,
    preview: boolean,
    timeoutSeconds: number,
  ): Promise<{ id: string; outputs: object }> {
    const type = resourceType(subject.type);
    const wanted = withoutDefaulted(inputs);
    if (preview) return { id: "", outputs: previewOutputs(wanted, type.computed) };
    return this.operate(subject, "patient", timeoutSeconds, (operation) => type.create(operation, wanted));
  }

  /** Undefined when the resource is gone, which it is as well when its whole machine cannot be reached any more. */
  async read(subject: Subject, id: string, inputs: Values, previous: Values): Promise<State<object> | undefined> {
    const type = resourceType(subject.type);
    try {
      const state = await this.operate(subject, "brief", READ_LIMIT_SECONDS, (operation) =>
        type.read(operation, id, withoutDefaulted(inputs), previous),
      );
      const defaulted = inputs[DEFAULTED];
      return (
        state && {
          ...state,
          inputs: { ...state.inputs, ...(defaulted === undefined ? {} : { [DEFAULTED]: defaulted }) },
        }
      );
    } catch (error) {
      if (!isMachineGone(error)) throw error;
      this.log.write("warning", `${error.message}. It counts as gone, and will be made again`, subject.urn);
      return undefined;
    }
  }

  async update(
    subject: Subject,
    id: string,
    olds: Values,
    news: Values,
    preview: boolean,
    timeoutSeconds: number,
  ): Promise<object> {
    const type = resourceType(subject.type);
    const wanted = withoutDefaulted(news);
    if (preview || type.update === undefined) return { ...computedOf(type, olds), ...wanted };
    const update = type.update.bind(type);
    return this.operate(subject, "patient", timeoutSeconds, (operation) => update(operation, id, olds, wanted));
  }

  async delete(subject: Subject, id: string, state: Values, timeoutSeconds: number): Promise<void> {
    const type = resourceType(subject.type);
    try {
      await this.operate(subject, "brief", timeoutSeconds, (operation) => type.delete(operation, id, state));
    } catch (error) {
      if (!isMachineGone(error)) throw error;
      this.log.write("warning", `${error.message}. Nothing was removed there`, subject.urn);
    }
  }

  /** Runs `work` against the engine, within the limits of the operation. */
  private async operate<T>(
    subject: Subject,
    patience: Patience,
    timeoutSeconds: number,
    work: (operation: Operation) => Promise<T>,
  ): Promise<T> {
    const { host } = this;
    if (host === undefined) throw new Error("the provider was not configured before it was used");
    const limit = timeoutSeconds > 0 ? timeoutSeconds : OPERATION_LIMIT_SECONDS;
    const timeout = new AbortController();
    const timer = setTimeout(
      () => timeout.abort(new Error(`not finished after ${limit} s (\`customTimeouts\` sets the limit)`)),
      limit * 1000,
    );
    const signal = AbortSignal.any([this.cancelled.signal, timeout.signal]);
    const log = (severity: Severity, message: string) => this.log.write(severity, message, subject.urn);
    try {
      return await raceAbort(
        host.use(patience, signal, (connection) =>
          work({ urn: subject.urn, connection, host: host.name, signal, log }),
        ),
        signal,
      );
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The reason of the signal is thrown as it is, whatever wait it interrupted. */
async function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function isMachineGone(error: unknown): error is HostUnreachable {
  return error instanceof HostUnreachable && error.remote;
}

/** The name in `inputs` when the plugin made it up. */
function keptName(inputs: Values): string | undefined {
  const defaulted = inputs[DEFAULTED];
  const madeUp = Array.isArray(defaulted) && defaulted.includes("name");
  return madeUp && typeof inputs.name === "string" ? inputs.name : undefined;
}

function withoutDefaulted({ [DEFAULTED]: _, ...inputs }: Values): Values {
  return inputs;
}

function computedOf(type: ResourceType, outputs: Values): Values {
  return Object.fromEntries(type.computed.map((name) => [name, outputs[name] ?? UNKNOWN]));
}
