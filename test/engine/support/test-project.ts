import { afterAll } from "vitest";
import { Project } from "./project";

/** A project for the length of a test file. */
export async function testProject(stack: string, config: Readonly<Record<string, unknown>>): Promise<Project> {
  const project = await Project.make(stack, config);
  afterAll(() => project.remove());
  return project;
}
