import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";

/** One value that a new environment needs. */
export interface Question {
  /** The flag `--<flag>` that gives it without asking. */
  flag: string;
  text: string;
  /** Where the value goes in the environment's file. */
  path: readonly string[];
  /** Clouds that it is for; all when not given. */
  cloud?: "azure" | "openstack";
  /** What the file takes from the answer; text by default. */
  value?: (answer: string) => unknown;
}

const list = (answer: string) => answer.split(",").map((part) => part.trim());
const at = (...path: string[]) => path.map((key, i) => (i === 0 ? `drover:${key}` : key));

/** What is asked, in this order; the defaults are the shipped environment's. */
export const questions: readonly Question[] = [
  { flag: "domain", text: "DNS domain of the cluster", path: at("domain") },
  { flag: "purpose", text: "Purpose: production or test", path: at("purpose") },
  { flag: "slaves", text: "How many slaves", path: at("slaves") },
  { flag: "ssh-from", text: "Networks that may log in to the bastion", path: at("access", "sshFrom"), value: list },
  { flag: "core-size", text: "Size of core machines", path: at("machines", "core", "size") },
  { flag: "slave-size", text: "Size of slaves", path: at("machines", "slave", "size") },
  { flag: "bastion-size", text: "Size of the bastion", path: at("machines", "bastion", "size") },
  { flag: "budget", text: "Budget in USD a month", path: at("policy", "monthlyBudget"), value: Number },
  { flag: "location", text: "Azure region", path: at("azure", "location"), cloud: "azure" },
  { flag: "image-version", text: "Exact version of Debian 12", path: at("azure", "image", "version"), cloud: "azure" },
  { flag: "os-cloud", text: "Cloud in clouds.yaml", path: at("openstack", "cloud"), cloud: "openstack" },
  { flag: "zones", text: "Availability zones", path: at("openstack", "zones"), cloud: "openstack", value: list },
  { flag: "external-network", text: "External network", path: at("openstack", "externalNetwork"), cloud: "openstack" },
  { flag: "image", text: "Name of a Debian 12 image", path: at("openstack", "image"), cloud: "openstack" },
  { flag: "volume-type", text: "Volume type that encrypts", path: at("openstack", "volumeType"), cloud: "openstack" },
  {
    flag: "resolvers",
    text: "Resolvers outside the cluster",
    path: at("dns", "forwarders"),
    cloud: "openstack",
    value: list,
  },
  { flag: "registry", text: "Registry for Drover's images", path: at("registry", "server"), cloud: "openstack" },
];

const clouds = ["azure", "openstack"] as const;

/** What the command line says. */
export interface Asked {
  cloud: (typeof clouds)[number];
  name: string;
  /** Answers by flag. */
  given: ReadonlyMap<string, string>;
  /** Prices in USD a month that win over the table. */
  prices: Readonly<Record<string, number>>;
  /** False: nothing in the account is looked at. */
  check: boolean;
  /** True: what is not given is not asked, but taken from the shipped environment. */
  yes: boolean;
}

/** "m1.large=40" */
function price(word: string): [string, number] {
  const [name = "", usd = ""] = word.split(/=(?=[^=]*$)/);
  if (name === "" || !/^\d+(\.\d+)?$/.test(usd)) {
    throw new Error(`--price ${word}: it must be <name>=<USD a month>, for instance m1.large=40`);
  }
  return [name, Number(usd)];
}

/**
 * Reads the words after `npm run init --`.
 * @throws Error for a word that means nothing, with those that do
 */
export function readWords(words: readonly string[]): Asked {
  const text = { type: "string" } as const;
  const options = {
    cloud: text,
    name: text,
    ...Object.fromEntries(questions.map(({ flag }) => [flag, text])),
    price: { type: "string", multiple: true },
    yes: { type: "boolean" },
    "no-check": { type: "boolean" },
  } as const;
  let values: Record<string, unknown>;
  try {
    values = parseArgs({ args: [...words], options, strict: true }).values;
  } catch (error) {
    const known = Object.keys(options).map((flag) => `--${flag}`);
    throw new Error(`${(error as Error).message.split(". ")[0]}. Known here: ${known.join(", ")}`);
  }
  const cloud = clouds.find((known) => known === values.cloud);
  if (!cloud)
    throw new Error(`--cloud: ${values.cloud ?? "nothing"} is not allowed; it must be: one of ${clouds.join(", ")}`);
  const name = String(values.name ?? "");
  if (!/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/.test(name)) {
    throw new Error(
      `--name: ${JSON.stringify(name)} is not allowed; it must be: 2 to 32 lower-case letters, digits and inner dashes, a letter first`,
    );
  }
  const foreign = questions.find(
    (question) => question.cloud && question.cloud !== cloud && values[question.flag] !== undefined,
  );
  if (foreign) throw new Error(`--${foreign.flag} is for ${foreign.cloud}, not for ${cloud}`);
  const given = questions.flatMap(({ flag }): [string, string][] =>
    typeof values[flag] === "string" ? [[flag, String(values[flag])]] : [],
  );
  return {
    cloud,
    name,
    given: new Map(given),
    prices: Object.fromEntries(((values.price as string[] | undefined) ?? []).map(price)),
    check: values["no-check"] !== true,
    yes: values.yes === true,
  };
}

/** Asks for what the flags did not give, with a default for each; an empty answer takes the default. */
export async function askRest(
  open: readonly Question[],
  defaultOf: (question: Question) => string,
  streams: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream },
): Promise<Map<string, string>> {
  const terminal = createInterface(streams);
  const answers = new Map<string, string>();
  try {
    for (const question of open) {
      const shown = defaultOf(question);
      const answer = (await terminal.question(`${question.text}${shown === "" ? "" : ` [${shown}]`}: `)).trim();
      if (answer !== "") answers.set(question.flag, answer);
    }
  } finally {
    terminal.close();
  }
  return answers;
}
