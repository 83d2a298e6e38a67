import { readFileSync } from "node:fs";
import { localPorts } from "../../components/clouds/local-ports";
import { setUp } from "../setup";
import { cloudPlugin } from "../steps/cloud-plugin";
import { runStep } from "../steps/step";
import { endOrphans } from "../system/orphans";
import { root } from "../system/paths";
import { checkFreeDisk, checkPorts, dockerFolder, environmentIn } from "../system/preflight";
import { say } from "../system/progress";
import { chosenEnvironment, clearPendingOperations, configFile, initStack, removeStaleLock } from "../system/stack";
import { runPulumi } from "../system/terminal";
import { updateWords } from "../system/update-words";
import { printStatus } from "./status";

/** Sets up what is missing and brings the environment up: `npm run up [-- <environment>]`. */
export async function up(words: readonly string[]): Promise<number> {
  const stack = chosenEnvironment(words);
  const environment = environmentIn(stack, readFileSync(configFile(stack), "utf8"));
  checkFreeDisk(root);
  await setUp();
  const plugin = cloudPlugin(environment.cloud);
  if (plugin) await runStep(plugin);
  checkFreeDisk(await dockerFolder());
  await checkPorts(stack, localPorts(environment));

  await endOrphans();
  removeStaleLock(stack);
  await initStack(stack);
  await clearPendingOperations(stack);

  say(`${stack}: pulumi up`);
  const code = await runPulumi(updateWords(environment));
  if (code !== 0) {
    process.stderr.write(
      `\n${stack} is not complete. What was made stays; \`npm run up -- ${stack}\` goes on from here, \`npm run down -- ${stack}\` removes it.\n`,
    );
    return code;
  }
  await printStatus(stack, false);
  return 0;
}
