import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LocalSetUp } from "../../components/images";
import { buildImages } from "../images/build";
import { catalogue } from "../images/catalogue";
import { digestOf, filesBelow } from "../images/digest";
import { makeStore, removeOtherStores, storeComplete, storeExists } from "../images/store";
import { exec } from "../system/exec";
import { imagesFile, root } from "../system/paths";
import { baseImage } from "./base-image";
import type { Step } from "./step";

/** Folders whose content decides what the images hold. */
const sources = [
  "images",
  "lib",
  "emulator",
  "services",
  "apps/demo-nginx",
  "apps/apache2",
  "package-lock.json",
  "tools/images",
];

function sourcesDigest(): string {
  const files = sources.flatMap((path) => filesBelow(join(root, path)));
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
    return known !== undefined && known.sources === sourcesDigest() && (await storeExists(known.store));
  },
  async apply(note) {
    const digest = sourcesDigest();
    const references = await buildImages(catalogue, baseImage, note);
    const stored = catalogue.filter((recipe) => recipe.stored).map((recipe) => references[recipe.name] ?? "");
    // A tag of its own does not tell the content.
    const tagged = catalogue.filter((recipe) => recipe.tag).map((recipe) => recipe.folder);
    const machine = references.machine ?? "";
    const store = `drover-images-${digestOf(root, [], [...stored, ...tagged.map((folder) => digestOf(root, filesBelow(folder)))])}`;
    if (!(await storeComplete(store, machine))) {
      note("filling the image store that machines start with");
      await makeStore(store, machine, stored);
    }
    await removeOtherStores(store);
    const content: LocalSetUp = { sources: digest, store, cgroupVersion: await cgroupVersion(), images: references };
    await writeFile(imagesFile, `${JSON.stringify(content, null, 2)}\n`);
  },
};
