/** What PostgreSQL would refuse, while it is being found out. Never leaves this folder. */
export class Refusal extends Error {
  readonly code: string;
  /** It is not PostgreSQL that refuses: it is beyond what is understood here. */
  readonly unknown: boolean;

  constructor(code: string, message: string, unknown = false) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.unknown = unknown;
  }
}

export function refuse(code: string, message: string): never {
  throw new Refusal(code, message);
}

export function notUnderstood(what: string): never {
  throw new Refusal('0A000', `${what} is not understood`, true);
}
