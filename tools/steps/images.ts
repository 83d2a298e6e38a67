import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LocalSetUp } from "../../components/images";
import { buildImages } from "../images/build";
import { catalogue } from "../images/catalogue";
import { digestOf, filesBelow } from "../images/digest";
import { makeStore, removeOtherStores, storeComplete, storeExists } from "../images/store";
import { exec, tryExec } from "../system/exec";
import { imagesFile, root } from "../system/paths";
import { baseImage } from "./base-image";
import type { Step } from "./step";

/** What decides what the images hold, besides their own folders. */
const sources = ["lib", "emulator", "services", "package-lock.json", "tools/images", "tools/toolchain/versions.ts"];

function sourcesDigest(): string {
  const folders = [...catalogue.map(({ folder }) => folder), ...sources.map((path) => join(root, path))];
  const files = folders.flatMap((path) => filesBelow(path));
  return digestOf(
    root,
    files.filter((file) => !file.endsWith(".test.ts")),
  );
}

function readImages(): LocalSetUp | undefined {
  return existsSync(imagesFile) ? (JSON.parse(readFileSync(imagesFile, "utf8")) as LocalSetUp) : undefined;
}

/** Which control-group hierarchy the Docker engine uses: machines are given theirs accordingly. */
async function cgroupVersion(): Promise<1 | 2> {
  const version = await exec("docker", ["info", "-f", "{{.CgroupVersion}}"], { limitMs: 10_000 });
  return version.trim() === "2" ? 2 : 1;
}

/** Every image of images/ and apps/demo-nginx, and the store that local machines start with. */
export const images: Step = {
  name: "images",
  limitMinutes: 15,
  async check() {
    const known = readImages();
    if (known === undefined || known.sources !== sourcesDigest() || !(await storeExists(known.store))) return false;
    const inspect = ["image", "inspect", "-f", "{{.Id}}", ...Object.values(known.images)];
    return (await tryExec("docker", inspect)) !== undefined;
  },
  async apply(note) {
    const digest = sourcesDigest();
    const references = await buildImages(catalogue, baseImage, note);
    const recipes = catalogue.filter((recipe) => recipe.stored);
    const stored = recipes.map(({ name, tag }) => ({ reference: references[name] ?? "", tag }));
    const machine = references.machine ?? "";
    const store = `drover-images-${digestOf(root, [], [JSON.stringify(stored)])}`;
    if (!(await storeComplete(store, machine))) {
      note("filling the image store that machines start with");
      await makeStore(store, machine, stored);
    }
    await removeOtherStores(store);
    const content: LocalSetUp = { sources: digest, store, cgroupVersion: await cgroupVersion(), images: references };
    await writeFile(imagesFile, `${JSON.stringify(content, null, 2)}\n`);
  },
};
