import { constants } from "node:os";

/** The C library's names, which Mesos puts into messages. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [constants.signals.SIGHUP, "Hangup"],
  [constants.signals.SIGINT, "Interrupt"],
  [constants.signals.SIGQUIT, "Quit"],
  [constants.signals.SIGILL, "Illegal instruction"],
  [constants.signals.SIGTRAP, "Trace/breakpoint trap"],
  [constants.signals.SIGABRT, "Aborted"],
  [constants.signals.SIGBUS, "Bus error"],
  [constants.signals.SIGFPE, "Floating point exception"],
  [constants.signals.SIGKILL, "Killed"],
  [constants.signals.SIGUSR1, "User defined signal 1"],
  [constants.signals.SIGSEGV, "Segmentation fault"],
  [constants.signals.SIGUSR2, "User defined signal 2"],
  [constants.signals.SIGPIPE, "Broken pipe"],
  [constants.signals.SIGALRM, "Alarm clock"],
  [constants.signals.SIGTERM, "Terminated"],
]);

/** What a shell adds to a signal's number for the exit status of what it ended. */
const SIGNALLED = 128;

/** The signal behind a shell's exit status; undefined for an ordinary status. */
export function signalOfStatus(status: number): string | undefined {
  return NAMES.get(status - SIGNALLED);
}

/** The exit status that a shell gives to what a signal has ended. */
export function statusOfSignal(signal: NodeJS.Signals): number {
  return SIGNALLED + constants.signals[signal];
}
