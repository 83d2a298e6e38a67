/** What was asked for cannot be done, whoever asks: nothing was changed, and asking again does not help. */
export class BadRequest extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BadRequest";
  }
}
