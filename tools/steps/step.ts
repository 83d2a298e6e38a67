import { say } from "../system/progress";

/** One idempotent piece of the set-up. */
export interface Step {
  name: string;
  /** How long `apply` may take. */
  limitMinutes: number;
  /** True when there is nothing to do. Must be quick: all checks together take well under a second. */
  check(): Promise<boolean>;
  /** Makes `check` true. `note` says what is being waited for. Throws an error that says what to do. */
  apply(note: (text: string) => void): Promise<void>;
}

/** Seconds between two reminders of a step that is still at work. */
const reminderSeconds = 15;

/** Runs one step unless it was done before, with progress lines and its limit. */
export async function runStep(step: Step): Promise<void> {
  if (await step.check()) return;
  let doing = "working";
  let lastSaid = Date.now();
  const note = (text: string) => {
    doing = text;
    lastSaid = Date.now();
    say(`${step.name}: ${text}`);
  };
  note(`needed (limit ${step.limitMinutes} min)`);
  const reminder = setInterval(() => {
    if (Date.now() - lastSaid >= reminderSeconds * 1000) note(`still ${doing.replace(/^still /, "")}`);
  }, 1000);
  let limit: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      step.apply(note),
      new Promise<never>((_, reject) => {
        limit = setTimeout(
          () => reject(new Error(`not done within ${step.limitMinutes} min; it was: ${doing}`)),
          step.limitMinutes * 60_000,
        );
      }),
    ]);
    if (!(await step.check())) throw new Error("done, but its check still fails");
  } catch (error) {
    throw new Error(`${step.name}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    clearInterval(reminder);
    clearTimeout(limit);
  }
  say(`${step.name}: ready`);
}
