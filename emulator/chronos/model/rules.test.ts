import { describe, expect, test } from "vitest";
import { countSuccess, csvGraph, dotGraph, orphaned, type Rounds, wouldBeCycle } from "./graph";
import { isScheduled, type Job } from "./job";
import { readDependentJob, readScheduledJob } from "./job-request";
import { formatTaskId, parseTaskId } from "./task-id";

const defaults = { cpus: 0.1, mem: 128, disk: 256, user: "root" };
const body = (value: object) => Buffer.from(JSON.stringify(value));
const scheduled = (name: string) => readScheduledJob(body({ name, schedule: "R/2030-01-01T00:00:00Z/P1D" }), defaults);
const dependent = (name: string, ...parents: string[]) => readDependentJob(body({ name, parents }), defaults);
const jobs = [scheduled("a"), scheduled("b"), dependent("c", "a", "b"), dependent("d", "c")];
const byName = new Map(jobs.map((job) => [job.name, job]));

/** The parents whose success starts a child that names these, one after the other. */
function starts(parents: string[], successes: string[]): string[] {
  let rounds: Rounds = {};
  return successes.filter((parent) => {
    const counted = countSuccess(parents, rounds, parent);
    rounds = counted.isDue ? {} : counted.rounds;
    return counted.isDue;
  });
}

describe("dependencies", () => {
  test("a child starts with the last of its parents", () => {
    expect(starts(["a"], ["a", "a"])).toEqual(["a", "a"]);
    expect(starts(["a", "b"], ["a", "b", "b", "a"])).toEqual(["b", "a"]);
  });

  test("a parent that runs twice before the other does not start it twice", () => {
    expect(starts(["a", "b"], ["a", "a", "b"])).toEqual(["b"]);
  });

  test("circles are found", () => {
    expect(wouldBeCycle(byName, "a", ["d"])).toBe(true);
    expect(wouldBeCycle(byName, "e", ["e"])).toBe(true);
    expect(wouldBeCycle(byName, "e", ["d", "a"])).toBe(false);
  });

  test("children of a job that goes get its parents, or its schedule", () => {
    const [a, , c, d] = jobs as [Job, Job, Job, Job];
    expect(orphaned(d, c)).toMatchObject({ parents: ["a", "b"] });
    const child = orphaned(dependent("e", "a"), a);
    expect(isScheduled(child) && child.schedule).toBe("R/2030-01-01T00:00:00Z/P1D");
    expect(child).not.toHaveProperty("parents");
  });

  test("the graph as text", () => {
    expect(dotGraph(jobs)).toBe(
      [
        "digraph G {",
        '  1 [ label="a" ];',
        '  2 [ label="b" ];',
        '  3 [ label="c" ];',
        '  4 [ label="d" ];',
        "  1 -> 3;",
        "  2 -> 3;",
        "  3 -> 4;",
        "}",
        "",
      ].join("\n"),
    );
    const csv = csvGraph(jobs, (name) => (name === "a" ? "2 running" : "idle"));
    expect(csv.split("\n").slice(0, 2)).toEqual(["node,a,fresh,2 running", "node,b,fresh,idle"]);
    expect(csv).toContain("link,c,d\n");
  });
});

describe("task ids", () => {
  test("say what runs, and are ids that Mesos takes", () => {
    const id = formatTaskId({ dueMs: 7, attempt: 1, jobName: "a.b-c", arguments: "-x; y" });
    expect(id).toBe("ct:7:1:a.b-c:-x y");
    expect(parseTaskId(id)).toEqual({ dueMs: 7, attempt: 1, jobName: "a.b-c", arguments: "-x y" });
    for (const words of ["/etc", "x".repeat(300), "a\nb"]) {
      expect(formatTaskId({ dueMs: 7, attempt: 0, jobName: "a", arguments: words })).toBe("ct:7:0:a:");
    }
    expect(parseTaskId("web.1234")).toBeUndefined();
  });
});
