import { request } from "node:https";
import { chosenEnvironment, type Outputs, outputs, stackExists } from "../system/stack";

const answerLimitMs = 3_000;

/** Whether the front door answers, and has what it needs behind it. */
function frontDoorHealth({ endpoints, caCertificate }: Outputs): Promise<string> {
  const url = new URL("/_drover/health", endpoints.frontDoor);
  return new Promise((resolve) => {
    // A local domain below .localhost is this computer, whether or not its resolver knows.
    const address = url.hostname.endsWith(".localhost") ? "127.0.0.1" : url.hostname;
    const options = { host: address, port: url.port, path: url.pathname, servername: url.hostname, ca: caCertificate };
    const asked = request({ ...options, headers: { host: url.host }, agent: false }, (response) => {
      response.resume();
      resolve(
        response.statusCode === 200 ? "answers" : `answers ${response.statusCode}: masters or Marathon are missing`,
      );
    });
    asked.setTimeout(answerLimitMs, () => asked.destroy(new Error(`no answer in ${answerLimitMs / 1000} s`)));
    asked.on("error", (error) => resolve(`does not answer: ${error.message}`));
    asked.end();
  });
}

/** The block that `npm run up` ends with. No secret is in it. */
export function renderStatus(stack: string, values: Outputs, health: string): string {
  const line = (label: string, text: string) => `  ${label.padEnd(12)}${text}\n`;
  const machines = (role: string) =>
    values.machines
      .filter((machine) => machine.role === role)
      .map(({ hostname, address }) => `${hostname} ${address}`)
      .join(", ");
  const flag = stack === "local" ? "" : ` -- ${stack}`;
  return [
    `\nCluster ${stack}: front door ${health}\n`,
    ...Object.entries(values.endpoints).map(([name, url]) => line(name, url)),
    line("core", machines("core")),
    line("slaves", machines("slave") || String(values.slaves)),
    line("zookeeper", values.zookeeper),
    line("dns", values.dnsServers.join(", ")),
    line("user", values.credentials.username),
    line("password", `pulumi stack output credentials --show-secrets -s ${stack}`),
    line("certificate", `pulumi stack output caCertificate -s ${stack} > ca.pem   # curl --cacert ca.pem`),
    line("scale", `pulumi config set slaves ${values.slaves + 1} -s ${stack} && pulumi up -s ${stack}`),
    line("log in", `npm run ssh -- ${stack === "local" ? "" : `${stack}/`}${values.machines[0]?.hostname}`),
    line("tear down", `npm run down${flag}`),
    line("toolchain", 'eval "$(npm run -s env)"'),
    "\n",
  ].join("");
}

export async function printStatus(stack: string, json: boolean): Promise<void> {
  const values = await outputs(stack);
  const health = await frontDoorHealth(values);
  if (!json) {
    process.stdout.write(renderStatus(stack, values, health));
    return;
  }
  const { endpoints, machines, zookeeper, dnsServers, credentials } = values;
  const shown = { stack, health, endpoints, machines, zookeeper, dnsServers, username: credentials.username };
  process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
}

/** What the cluster is and how to reach it: `npm run status [-- <environment>] [-- --json]`. */
export async function status(words: readonly string[]): Promise<number> {
  const stack = chosenEnvironment(words);
  if (!(await stackExists(stack))) {
    throw new Error(`there is no cluster ${stack}; \`npm run up -- ${stack}\` makes it`);
  }
  await printStatus(stack, words.includes("--json"));
  return 0;
}
