/**
 * The command that extracts an archive into its directory, by upstream's list of endings; undefined when the file is
 * none. `gzip` keeps the name less its ending.
 */
export function extractCommand(file: string, directory: string): { command: string; args: string[] } | undefined {
  if (/\.(tar|tar\.gz|tgz|tar\.bz2|tbz2|tar\.xz|txz)$/.test(file)) {
    return { command: "tar", args: ["-C", directory, "-xf", file] };
  }
  if (file.endsWith(".gz")) {
    return { command: "gunzip", args: ["--keep", "--force", file] };
  }
  return file.endsWith(".zip") ? { command: "unzip", args: ["-o", "-d", directory, file] } : undefined;
}
