import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildImages } from "../images/build";
import { catalogue } from "../images/catalogue";
import { digestOf, filesBelow } from "../images/digest";
import { makeStore, removeOtherStores, storeComplete, storeExists } from "../images/store";
import { imagesFile, root } from "../system/paths";
import { baseImage } from "./base-image";
import type { Step } from "./step";

/** What images.json holds; the program reads it through components/images.ts. */
interface ImagesFile {
  /** Digest over all sources that any image is made from: the same digest, nothing to build. */
  sources: string;
  /** The volume that machines start their image store from. */
  store: string;
  /** Image reference by name. */
  images: Record<string, string>;
}

/** Folders whose content decides what the images hold. */
const sources = ["images", "lib", "emulator", "services", "apps/demo-nginx", "package-lock.json", "tools/images"];

function sourcesDigest(): string {
  const files = sources.flatMap((path) => filesBelow(join(root, path)));
  return digestOf(
    root,
    files.filter((file) => !file.endsWith(".test.ts")),
  );
}

function readImages(): ImagesFile | undefined {
  return existsSync(imagesFile) ? (JSON.parse(readFileSync(imagesFile, "utf8")) as ImagesFile) : undefined;
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
    const machine = references.machine ?? "";
    const store = `drover-images-${digestOf(root, [], [...stored, digestOf(root, filesBelow(join(root, "apps/demo-nginx")))])}`;
    if (!(await storeComplete(store, machine))) {
      note("filling the image store that machines start with");
      await makeStore(store, machine, stored);
    }
    await removeOtherStores(store);
    const content: ImagesFile = { sources: digest, store, images: references };
    await writeFile(imagesFile, `${JSON.stringify(content, null, 2)}\n`);
  },
};
