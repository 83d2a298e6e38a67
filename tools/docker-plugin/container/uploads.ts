import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { pack } from "tar-stream";
import type { Upload } from "../schema/container-parts";

/** An archive to be unpacked at / in the container, with the files of all uploads. */
export async function uploadArchive(uploads: readonly Upload[]): Promise<Buffer> {
  const archive = pack();
  const chunks: Buffer[] = [];
  archive.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => archive.on("end", resolve).on("error", reject));
  for (const upload of uploads) {
    archive.entry(
      {
        name: upload.file.slice(1),
        mode: fileMode(upload),
        uid: numericId(upload.owner, "owner"),
        gid: numericId(upload.group, "group"),
      },
      await content(upload),
    );
  }
  archive.finalize();
  await ended;
  return Buffer.concat(chunks);
}

function fileMode({ permissions, executable }: Upload): number {
  if (permissions !== undefined) return Number.parseInt(permissions, 8);
  return executable === true ? 0o744 : 0o644;
}

/** Only numbers name the same user on this machine and in the container. */
function numericId(id: string | undefined, property: string): number {
  if (id === undefined) return 0;
  if (!/^\d+$/.test(id))
    throw new Error(`uploads: \`${property}\` "${id}" must be a number; names differ between machines`);
  return Number(id);
}

async function content({ content, contentBase64, source, file }: Upload): Promise<Buffer> {
  if (content !== undefined) return Buffer.from(content, "utf8");
  if (contentBase64 !== undefined) return Buffer.from(contentBase64, "base64");
  try {
    return await readFile(source ?? "");
  } catch (error) {
    throw new Error(`upload of ${file}: cannot read its source ${source}: ${(error as Error).message}`);
  }
}

/** What is wrong with an upload beyond its types. */
export function checkUpload({ content, contentBase64, source, file, owner, group }: Upload): string | undefined {
  const given = [content, contentBase64, source].filter((value) => value !== undefined).length;
  if (given !== 1) return "needs exactly one of content, contentBase64 and source";
  if (dirname(file) === file || file.endsWith("/")) return "`file` must be the path of a file";
  const names = [owner, group].filter((id) => id !== undefined && !/^\d+$/.test(id));
  return names.length === 0 ? undefined : "owner and group must be numeric ids; names differ between machines";
}
