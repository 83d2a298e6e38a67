import { request } from "node:http";
import { HttpError, json } from "@drover/lib/http/reply";
import { Router } from "@drover/lib/http/router";
import { z } from "zod";
import { BadRequest } from "./bad-request";
import { parseSizeGb } from "./create-options";
import type { Driver } from "./driver";
import { canonicalName } from "./volume-name";

/** What Docker's protocol has no call for, by the words an operator types. */
const usage = `grow <volume> <size in GB> | snapshot <volume> <snapshot> | remove-snapshot <snapshot>`;

const body = z.object({ words: z.array(z.string()) });

async function perform(driver: Driver, [verb, ...words]: readonly string[]): Promise<string> {
  const [first, second] = words;
  if (verb === "grow" && words.length === 2) {
    const isFilled = await driver.grow(canonicalName(first), parseSizeGb(second));
    return `${first} has ${second} GB now${isFilled ? "" : "; its file system follows at the next mount"}`;
  }
  if (verb === "snapshot" && words.length === 2) {
    await driver.snapshot(canonicalName(first), canonicalName(second, "snapshot"));
    return `${second} is a snapshot of ${first}`;
  }
  if (verb === "remove-snapshot" && words.length === 1) {
    await driver.removeSnapshot(canonicalName(first, "snapshot"));
    return `${first} is removed`;
  }
  throw new BadRequest(`use: ${usage}`);
}

/** The driver's own door, on a socket beside Docker's. */
export function controlApi(driver: Driver): Router {
  return new Router().on("POST", "/do", async (context) => {
    try {
      return json({ done: await perform(driver, body.parse(await context.json()).words) });
    } catch (error) {
      throw new HttpError(error instanceof BadRequest ? 400 : 500, (error as Error).message);
    }
  });
}

/** Asks the driver that runs on this machine, and prints what it says. @returns the exit code */
export function ask(socketPath: string, words: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const fail = (error: Error) => {
      process.stderr.write(`the driver does not answer at ${socketPath}: ${error.message}\n`);
      resolve(1);
    };
    const asked = request({ socketPath, path: "/do", method: "POST" }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", fail);
      response.on("end", () => {
        const ok = response.statusCode === 200;
        (ok ? process.stdout : process.stderr).write(`${ok ? JSON.parse(text).done : text}\n`);
        resolve(ok ? 0 : 1);
      });
    });
    asked.on("error", fail);
    asked.end(JSON.stringify({ words }));
  });
}
