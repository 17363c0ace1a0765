/** What was given cannot be judged, and why; the message names the file and says what to do. Exit code 2, or `error` in a batch. */
export class UnreadableInput extends Error {
  override readonly name = 'UnreadableInput';
}
