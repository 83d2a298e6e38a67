import { baseImageStep } from "./steps/base-image";
import { dockerEngine } from "./steps/docker-engine";
import { images } from "./steps/images";
import { plugins } from "./steps/plugins";
import { pulumiToolchain } from "./steps/pulumi";
import { state } from "./steps/state";
import { runStep } from "./steps/step";

/** Everything a stack needs on this machine; what is there already is left as it is. */
export async function setUp(): Promise<void> {
  await runStep(state);
  await runStep(dockerEngine);
  await runStep(pulumiToolchain);
  await runStep(plugins);
  await runStep(baseImageStep);
  await runStep(images);
}
