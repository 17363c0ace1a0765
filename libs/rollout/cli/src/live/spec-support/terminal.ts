import type { Screen } from '../live-watch.ts';

/** A command (`ESC [ 2 K`: its number, its letter), or one character. */
const TOKEN = new RegExp(String.raw`\u001B\[\??(\d*)(?:;\d+)*([A-Za-z])|[^]`, 'gu');

/** As much of a terminal as is needed to say what somebody would see: it understands cursor moves, erasing and line breaks. */
export class Terminal implements Screen {
  readonly isTTY = true;
  columns: number;
  rows = 50;
  readonly #lines: string[] = [''];
  #row = 0;
  #column = 0;
  /** Everything that was written, for what a screen does not show. */
  raw = '';

  constructor(columns = 80) {
    this.columns = columns;
  }

  readonly write = (text: unknown): boolean => {
    this.raw += String(text);
    for (const [token, count, command] of String(text).matchAll(TOKEN)) this.#put(token, count ?? '', command);
    return true;
  };

  /** What is on it, without colours and without empty lines at the end. */
  get lines(): readonly string[] {
    return this.#lines.map((line) => line.trimEnd()).slice(0, this.#lines.findLastIndex((line) => line.trim() !== '') + 1);
  }

  /** 0 for the first one: where the next thing that is written would stand. */
  get cursor(): readonly [row: number, column: number] {
    return [this.#row, this.#column];
  }

  #put(token: string, count: string, command: string | undefined): void {
    const by = Number(count === '' ? 1 : count);
    switch (command) {
      case 'A':
        this.#row = Math.max(0, this.#row - by);
        break;
      case 'B':
        this.#row += by;
        break;
      case 'G':
        this.#column = by - 1;
        break;
      case 'K':
        this.#lines[this.#row] = count === '2' ? '' : this.#line().slice(0, this.#column);
        break;
      case 'h':
      case 'l':
      case 'm':
        break;
      case undefined:
        this.#print(token);
        break;
      default:
        throw new Error(`this terminal does not know ${JSON.stringify(token)}`);
    }
  }

  #print(character: string): void {
    if (character === '\n') {
      this.#row += 1;
      this.#column = 0;
      this.#lines[this.#row] ??= '';
      return;
    }
    const line = this.#line().padEnd(this.#column);
    this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
    this.#column += 1;
  }

  #line(): string {
    return this.#lines[this.#row] ?? '';
  }
}
