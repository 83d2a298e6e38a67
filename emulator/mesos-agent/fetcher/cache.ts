import { mkdirSync, rmSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";

interface Entry {
  file: string;
  bytes: number;
  /** Fetches that copy from it right now. */
  readers: number;
  ready: Promise<void>;
}

/**
 * Files that several tasks fetch, each downloaded once. When the cache is full those that were used longest ago go. It
 * starts empty, like upstream's.
 */
export class FetcherCache {
  /** The one used last comes last. */
  private readonly entries = new Map<string, Entry>();
  private counter = 0;
  private bytes = 0;

  constructor(
    private readonly directory: string,
    readonly totalBytes: number,
  ) {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
  }

  get usedBytes(): number {
    return this.bytes;
  }

  /**
   * Hands out the file of a key, downloaded before if need be.
   * @param download gets the file; concurrent calls wait for the first one's
   * @param use copies the file; afterwards it may go
   * @throws Error of the download or the use
   */
  async with(
    key: string,
    download: (file: string) => Promise<void>,
    use: (file: string) => Promise<void>,
  ): Promise<void> {
    const entry = this.entries.get(key) ?? this.add(key, download);
    this.entries.delete(key);
    this.entries.set(key, entry);
    entry.readers++;
    try {
      await entry.ready;
      await use(entry.file);
    } finally {
      entry.readers--;
      await this.makeRoom();
    }
  }

  private add(key: string, download: (file: string) => Promise<void>): Entry {
    const file = join(this.directory, `c${++this.counter}`);
    const entry: Entry = { file, bytes: 0, readers: 0, ready: Promise.resolve() };
    entry.ready = this.fill(entry, download).catch((error) => {
      this.entries.delete(key);
      throw error;
    });
    this.entries.set(key, entry);
    return entry;
  }

  private async fill(entry: Entry, download: (file: string) => Promise<void>): Promise<void> {
    try {
      await download(entry.file);
    } catch (error) {
      await rm(entry.file, { force: true });
      throw error;
    }
    entry.bytes = (await stat(entry.file)).size;
    this.bytes += entry.bytes;
    await this.makeRoom();
  }

  private async makeRoom(): Promise<void> {
    for (const [key, entry] of [...this.entries]) {
      if (this.bytes <= this.totalBytes) {
        return;
      }
      if (entry.readers === 0 && entry.bytes > 0) {
        this.entries.delete(key);
        this.bytes -= entry.bytes;
        await rm(entry.file, { force: true });
      }
    }
  }
}
