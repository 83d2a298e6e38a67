import { parse } from "yaml";
import { record, records, text } from "../resource";

/** A machine's cloud-init user data, taken apart. */
export interface UserData {
  text: string;
  config: Readonly<Record<string, unknown>>;
  files: readonly { path: string; content: string }[];
}

/** Azure wants user data in base64; what decodes to cloud-config was encoded. */
function decoded(given: string): string {
  if (given.startsWith("#")) return given;
  const bytes = Buffer.from(given, "base64").toString("utf8");
  return bytes.startsWith("#") ? bytes : given;
}

/** What was taken apart before: every rule about a resource asks again. */
const known = new Map<string, UserData>();

/** Takes user data apart; what is no cloud-config is text alone. */
export function parseUserData(given: string): UserData {
  const before = known.get(given);
  if (before) return before;
  const parsed = takenApart(given);
  known.set(given, parsed);
  return parsed;
}

function takenApart(given: string): UserData {
  const all = decoded(given);
  let config: Readonly<Record<string, unknown>> = {};
  if (all.startsWith("#cloud-config")) {
    try {
      config = record(parse(all));
    } catch {
      config = {};
    }
  }
  const files = records(config.write_files).map(({ path, content }) => ({
    path: text(path) ?? "",
    content: text(content) ?? "",
  }));
  return { text: all, config, files };
}

/** Every account that cloud-init is to make. */
export function accounts({ config }: UserData): Readonly<Record<string, unknown>>[] {
  return [record(config.user), ...records(config.users)];
}

/** The words of one line of a unit file: quotes as systemd has them. */
function words(line: string): string[] {
  return (line.match(/"(?:\\.|[^"\\])*"|\S+/g) ?? []).map((word) =>
    word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, "$1") : word,
  );
}

/** A container that a machine's systemd starts with `docker run`. */
export interface UnitContainer {
  name: string;
  image: string;
  /** "--memory" -> ["256m"]: the values of every option. */
  options: ReadonlyMap<string, readonly string[]>;
}

/** Options of `docker run` that take no value. */
const flags = new Set(["--rm", "-d", "--detach", "-i", "-t", "-it", "--init", "--read-only", "--privileged"]);

function unitContainer(line: string): UnitContainer | undefined {
  const [command = "", run, ...rest] = words(line);
  if (!/(^|\/)docker$/.test(command) || run !== "run") return undefined;
  const options = new Map<string, string[]>();
  let at = 0;
  for (; rest[at]?.startsWith("-"); at++) {
    const [option = "", ...value] = (rest[at] ?? "").split("=");
    const given = value.length > 0 || flags.has(option) ? value.join("=") : (rest[++at] ?? "");
    options.set(option, [...(options.get(option) ?? []), given]);
  }
  return { name: options.get("--name")?.[0] ?? "", image: rest[at] ?? "", options };
}

/** The containers that units in the user data start. */
export function unitContainers(userData: UserData): UnitContainer[] {
  return userData.files
    .filter(({ path }) => path.endsWith(".service"))
    .flatMap(({ content }) => content.split("\n"))
    .flatMap((line) => /^ExecStart=[-@:+!]*(.*)$/.exec(line)?.[1] ?? [])
    .flatMap((line) => unitContainer(line) ?? []);
}

/** What the Docker engine of the machine is told, when the user data has it. */
export function daemonConfig({ files }: UserData): Readonly<Record<string, unknown>> | undefined {
  const file = files.find(({ path }) => path === "/etc/docker/daemon.json");
  if (!file) return undefined;
  try {
    return record(JSON.parse(file.content));
  } catch {
    return {};
  }
}
