import { existsSync } from "node:fs";
import { chmod, cp, link, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exec, tryExec } from "../system/exec";
import { root, stateDir } from "../system/paths";
import { nodeVersion } from "../toolchain/versions";
import { bundle } from "./bundle";
import type { ImageRecipe } from "./catalogue";
import { digestOf, filesBelow } from "./digest";
import { nodeBinary } from "./node-binary";

const bundles = join(stateDir, "bundles", "images");

/** The reference that a recipe's image has for its present content. */
function reference(recipe: ImageRecipe, baseId: string): string {
  const files = [...filesBelow(recipe.folder), ...(recipe.entry ? [join(bundles, `${recipe.name}.cjs`)] : [])];
  const digest = digestOf(root, files, [baseId, recipe.entry ? nodeVersion : ""]);
  return `drover/${recipe.name}:${digest}`;
}

/** Copies a recipe's folder, its bundle and `node` into a fresh build context. */
async function stage(recipe: ImageRecipe, node: string | undefined): Promise<string> {
  const context = await mkdtemp(join(tmpdir(), "drover-image-"));
  await cp(recipe.folder, context, { recursive: true });
  if (recipe.entry && node) {
    await cp(join(bundles, `${recipe.name}.cjs`), join(context, `${recipe.name}.cjs`));
    await link(node, join(context, "node")).catch(() => cp(node, join(context, "node")));
    await chmod(join(context, "node"), 0o755);
  }
  return context;
}

async function buildOne(recipe: ImageRecipe, ref: string, node: string | undefined): Promise<void> {
  const context = await stage(recipe, node);
  try {
    const env = { DOCKER_BUILDKIT: "0" };
    await exec("docker", ["build", "-q", "--network", "host", "-t", ref, context], { limitMs: 600_000, env });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/**
 * Builds every image whose content has changed and gives the reference of each by name. An image's tag is the digest
 * of what it is made from, so a changed service is a changed reference, and Pulumi sees it.
 */
export async function buildImages(
  catalogue: readonly ImageRecipe[],
  base: string,
  note: (text: string) => void,
): Promise<Record<string, string>> {
  const baseId = (await exec("docker", ["image", "inspect", "-f", "{{.Id}}", base], { limitMs: 10_000 })).trim();
  const services = catalogue.filter((recipe) => recipe.entry !== undefined);
  await mkdir(bundles, { recursive: true });
  await bundle(Object.fromEntries(services.map(({ name, entry = "" }) => [name, entry])), bundles);
  const references: Record<string, string> = {};
  for (const recipe of catalogue) {
    if (!existsSync(join(recipe.folder, "Dockerfile"))) throw new Error(`${recipe.folder} has no Dockerfile`);
    const ref = reference(recipe, baseId);
    if ((await tryExec("docker", ["image", "inspect", "-f", "{{.Id}}", ref])) === undefined) {
      note(`building ${recipe.name}`);
      await buildOne(recipe, ref, recipe.entry ? await nodeBinary(note) : undefined);
    }
    references[recipe.name] = ref;
  }
  return references;
}
