/** The parts that are used of three packages which come without types. */

declare module "tar-stream" {
  import type { Readable } from "node:stream";
  export interface Pack extends Readable {
    entry(header: { name: string; mode: number; uid?: number; gid?: number }, content: Buffer): void;
    finalize(): void;
  }
  export function pack(): Pack;
}

declare module "tar-fs" {
  import type { Pack } from "tar-stream";
  export function pack(
    directory: string,
    options: { entries: string[]; finalize: boolean; finish(pack: Pack): void },
  ): Pack;
}

declare module "@balena/dockerignore" {
  interface Ignore {
    add(patterns: string): Ignore;
    ignores(path: string): boolean;
  }
  export default function create(options: { ignorecase: boolean }): Ignore;
}
