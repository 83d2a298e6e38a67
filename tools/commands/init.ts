import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Environment } from "../../stacks/environment";
import { askRest, readWords } from "../init/answers";
import { checkAzure } from "../init/azure/check";
import { findAzureCredentials } from "../init/azure/credentials";
import { EnvironmentFile } from "../init/environment-file";
import { checkOpenStack } from "../init/openstack/check";
import { findOpenStackCredentials } from "../init/openstack/credentials";
import { type Finding, renderCost, renderFindings } from "../init/report";
import { environmentIn } from "../system/preflight";
import { configFile } from "../system/stack";

/** Looks at the account that the environment is for. Throws when there are no credentials, or they are refused. */
async function check(environment: Environment): Promise<Finding[]> {
  const { openstack } = environment;
  if (openstack) return checkOpenStack(environment, findOpenStackCredentials(openstack.cloud));
  return checkAzure(environment, await findAzureCredentials());
}

/**
 * Writes a new environment, by asking and by flags: `npm run init -- --cloud azure --name prod`. The account is looked
 * at before: credentials, names, quotas. Nothing is created in it, and nothing is written when something is wrong.
 */
export async function init(words: readonly string[]): Promise<number> {
  const { cloud, name, given, prices, check: wanted, yes } = readWords(words);
  const file = configFile(name);
  if (existsSync(file)) throw new Error(`${file} is there already: choose another --name, or edit the file`);

  const yaml = new EnvironmentFile(readFileSync(configFile(cloud), "utf8"), cloud, name);
  const open = yaml.questions.filter(({ flag }) => !given.has(flag));
  const ask = !yes && process.stdin.isTTY === true;
  const streams = { input: process.stdin, output: process.stderr };
  const answers = new Map([
    ...given,
    ...(ask ? await askRest(open, (question) => yaml.valueOf(question), streams) : []),
  ]);
  for (const question of yaml.questions) {
    const answer = answers.get(question.flag);
    if (answer !== undefined) yaml.answer(question, answer);
  }
  yaml.setPrices(prices);
  const zones = answers.get("zones");
  if (zones !== undefined) yaml.spreadCore(zones.split(",").map((zone) => zone.trim()));
  const volumeType = answers.get("volume-type");
  if (volumeType !== undefined) yaml.setEncryptedTypes([volumeType]);

  const environment = environmentIn(name, yaml.toString());
  if (wanted) {
    const findings = await check(environment);
    process.stdout.write(`What ${name} needs of your account:\n${renderFindings(findings)}\n`);
    if (findings.some(({ ok }) => !ok)) {
      throw new Error(
        `${name} would not come up, so nothing was written. Change what is marked NO, or write it anyway with --no-check.`,
      );
    }
  }
  process.stdout.write(`${renderCost(environment)}\n`);
  writeFileSync(file, yaml.toString(), { flag: "wx" });
  process.stdout.write(
    `stacks/Pulumi.${name}.yaml is written. Read it, then bring the cluster up: npm run up -- ${name}\n`,
  );
  return 0;
}
