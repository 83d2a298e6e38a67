import { baseImageStep } from "./steps/base-image";
import { dockerEngine } from "./steps/docker-engine";
import { images } from "./steps/images";
import { plugins } from "./steps/plugins";
import { pulumiToolchain } from "./steps/pulumi";
import { state } from "./steps/state";
import { runStep } from "./steps/step";
import { systemTools } from "./steps/system-tools";

/** What it takes to work with stacks that are there: state, Docker, Pulumi. What is there already is left as it is. */
export async function setUpTools(): Promise<void> {
  await runStep(state);
  await runStep(systemTools);
  await runStep(dockerEngine);
  await runStep(pulumiToolchain);
  await runStep(plugins);
}

/** Everything that a stack needs on this machine to come up. */
export async function setUp(): Promise<void> {
  await setUpTools();
  await runStep(baseImageStep);
  await runStep(images);
}
