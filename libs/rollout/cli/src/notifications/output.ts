import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';
import { printable } from '../printable.ts';

const MAX_LINES = 20;
const MAX_LENGTH = 300;

/**
 * What a program prints, line by line, as long as it is little: 20 lines of 300 characters over all its streams. The rest is read, so
 * that the program is not held up, but neither kept nor shown.
 */
export class Output {
  readonly #line: (text: string) => void;
  #lines = 0;
  #dropped = 0;

  constructor(line: (text: string) => void) {
    this.#line = line;
  }

  take(stream: Readable): void {
    const decoder = new StringDecoder('utf8');
    let begun = '';
    let cut = false;
    const say = (): void => {
      this.#say(cut ? `${begun}…` : begun);
      begun = '';
      cut = false;
    };
    stream.on('data', (chunk: Buffer) => {
      if (this.#lines >= MAX_LINES) {
        this.#dropped += chunk.length;
        return;
      }
      const parts = decoder.write(chunk).split('\n');
      for (const [index, part] of parts.entries()) {
        if (index > 0) say();
        const room = MAX_LENGTH - begun.length;
        cut ||= part.length > room;
        begun += part.slice(0, room);
      }
    });
    stream.on('end', () => {
      if (begun !== '') say();
    });
    // A program that is killed may break its pipe; how it ended is what counts.
    stream.on('error', () => undefined);
  }

  /** Says how much was left out, if anything was. */
  close(): void {
    if (this.#dropped > 0) this.#line(`… and ${inBytes(this.#dropped)} more`);
  }

  #say(text: string): void {
    if (text.trim() === '') return;
    if (this.#lines >= MAX_LINES) {
      this.#dropped += Buffer.byteLength(text) + 1;
      return;
    }
    this.#lines += 1;
    this.#line(printable(text).trimEnd());
  }
}

const inBytes = (bytes: number): string => (bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${Math.ceil(bytes / 1_000_000)} MB`);
