import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { buildTestImage } from "../../images/test-image";

/** Builds the edge's image the way set-up does: this node binary and one bundled file. Returns its tag. */
export async function buildEdgeImage(): Promise<string> {
  const context = await mkdtemp(join(tmpdir(), "edge-image-"));
  try {
    await copyFile(process.execPath, join(context, "node"));
    await build({
      entryPoints: [join(__dirname, "main.ts")],
      ...{ bundle: true, platform: "node", target: "node20", outfile: join(context, "edge.cjs"), logLevel: "error" },
    });
    return await buildTestImage("edge", context);
  } finally {
    await rm(context, { recursive: true });
  }
}
