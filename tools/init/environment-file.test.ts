import { readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import { environmentIn } from "../system/preflight";
import { askRest, questions, readWords } from "./answers";
import { EnvironmentFile } from "./environment-file";
import { renderCost } from "./report";

const shipped = (cloud: string) => readFileSync(`stacks/Pulumi.${cloud}.yaml`, "utf8");
const question = (flag: string) => {
  const found = questions.find((candidate) => candidate.flag === flag);
  if (!found) throw new Error(`there is no question ${flag}`);
  return found;
};

/** A new environment's text with some answers. */
function written(cloud: string, answers: Record<string, string> = {}): string {
  const file = new EnvironmentFile(shipped(cloud), cloud, "prod");
  for (const [flag, answer] of Object.entries(answers)) file.answer(question(flag), answer);
  return file.toString();
}

describe("a new environment's file", () => {
  it.each(["azure", "openstack"])(
    "for %s is one that the program takes, with a comment on every line's key",
    (cloud) => {
      const text = written(cloud);
      expect(environmentIn("prod", text)).toMatchObject({ cloud, name: "prod" });
      const keys = text.match(/^ {2}drover:/gm) ?? [];
      const commented = text.match(/^ {2}#.*\n {2}drover:/gm) ?? [];
      expect(keys.length).toBeGreaterThan(10);
      expect(commented.length).toBeGreaterThanOrEqual(keys.length - 1);
    },
  );

  it("differs from another in one line when one number differs", () => {
    const [three, five] = [written("azure", { slaves: "3" }), written("azure", { slaves: "5" })].map((text) =>
      text.split("\n"),
    );
    const differing = three?.flatMap((line, i) => (line === five?.[i] ? [] : [[line, five?.[i]]]));
    expect(differing).toEqual([['  drover:slaves: "3"', '  drover:slaves: "5"']]);
    expect(three).toHaveLength(five?.length ?? 0);
  });

  it("holds what was answered", () => {
    const text = written("openstack", {
      "ssh-from": "198.51.100.0/24, 203.0.113.9/32",
      "core-size": "c4",
      budget: "700",
    });
    const { access, machines, policy } = environmentIn("prod", text);
    expect(access.sshFrom).toEqual(["198.51.100.0/24", "203.0.113.9/32"]);
    expect(machines.core.size).toBe("c4");
    expect(policy.monthlyBudget).toBe(700);
  });

  it("with a wrong answer is refused with the key and the value", () => {
    expect(() => environmentIn("prod", written("azure", { slaves: "-1" }))).toThrow(
      "drover:slaves: -1 is not allowed; it must be: 0 or more",
    );
  });
});

describe("the words of the command", () => {
  it("are read", () => {
    const asked = readWords([
      "--cloud",
      "openstack",
      "--name",
      "prod",
      "--slaves=4",
      "--price",
      "m1.large=40",
      "--yes",
    ]);
    expect(asked).toMatchObject({
      cloud: "openstack",
      name: "prod",
      prices: { "m1.large": 40 },
      check: true,
      yes: true,
    });
    expect([...asked.given]).toEqual([["slaves", "4"]]);
  });

  it.each([
    [["--cloud", "aws"], "--cloud: aws is not allowed; it must be: one of azure, openstack"],
    [["--cloud", "azure", "--name", "Prod"], '--name: "Prod" is not allowed'],
    [["--cloud", "azure", "--name", "prod", "--image", "x"], "--image is for openstack, not for azure"],
    [["--cloud", "azure", "--name", "prod", "--price", "x"], "--price x: it must be <name>=<USD a month>"],
    [["--clod", "azure"], "Unknown option '--clod'. Known here: --cloud, --name, --domain"],
  ])("%j are refused", (words, message) => {
    expect(() => readWords(words)).toThrow(message);
  });

  it("that are not given are asked for, with a default", async () => {
    const input = new PassThrough();
    const output = new PassThrough().setEncoding("utf8");
    let shown = "";
    output.on("data", (text: string) => {
      shown += text;
    });
    const answers = askRest([question("domain"), question("slaves")], ({ flag }) => (flag === "slaves" ? "3" : ""), {
      input,
      output,
    });
    input.write("mesos.example.com\n");
    await vi.waitFor(() => expect(shown).toContain("How many slaves [3]: "));
    input.write("\n");
    expect([...(await answers)]).toEqual([["domain", "mesos.example.com"]]);
  });
});

it("the estimated cost has a date, names what has no price, and takes prices of one's own", () => {
  const file = new EnvironmentFile(shipped("openstack"), "openstack", "prod");
  file.setPrices({ "m1.xlarge": 100, "m1.large": 50, "volume GB": 0.1 });
  const cost = renderCost(environmentIn("prod", file.toString()));
  expect(cost).toContain(
    "The prices are rough figures of 2026-11, not looked up in a price list. Give your own with --price",
  );
  expect(cost).toContain("    510.80  together\n");
  expect(cost).toContain("without a price, so not in it: m1.tiny, floating address");
  const azure = renderCost(environmentIn("azure", shipped("azure")));
  expect(azure).toContain("3 x Standard_D4s_v5");
  expect(azure).not.toContain("without a price");
});
