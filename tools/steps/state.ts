import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { backendDir, passphraseFile, pulumiHome } from "../system/paths";
import type { Step } from "./step";

/** The clone's own state: a backend for Pulumi and the passphrase that encrypts secrets in it. */
export const state: Step = {
  name: "state folder",
  limitMinutes: 1,
  async check() {
    return existsSync(backendDir) && existsSync(pulumiHome) && existsSync(passphraseFile);
  },
  async apply() {
    await mkdir(backendDir, { recursive: true, mode: 0o700 });
    await mkdir(pulumiHome, { recursive: true, mode: 0o700 });
    if (!existsSync(passphraseFile)) {
      await writeFile(passphraseFile, randomBytes(32).toString("base64url"), { mode: 0o600 });
    }
  },
};
