import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { UnreadableInput } from './unreadable-input.ts';

/** Far above any migration; what is larger is a dump with data. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The first of `folders` that has it; an absolute path is itself. Throws UnreadableInput that names every place that was looked at. */
export function locate(path: string, folders: readonly string[], what: string): string {
  const places = isAbsolute(path) ? [path] : [...new Set(folders.map((folder) => resolve(folder, path)))];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new UnreadableInput(`There is no ${what} at ${places.join(' nor at ')}. Give the path of the file.`);
}

/** The text of a UTF-8 file without its byte order mark. Throws UnreadableInput for anything that is no such text. */
export function readText(file: string, what: string): string {
  const bytes = bytesOf(file, what);
  if (startsWith(bytes, 0xff, 0xfe) || startsWith(bytes, 0xfe, 0xff)) {
    throw new UnreadableInput(`${file}: the ${what} is in UTF-16. Save it as UTF-8.`);
  }
  const zero = bytes.indexOf(0);
  if (zero !== -1) throw new UnreadableInput(`${file}:${lineAt(bytes, zero)}: the ${what} is no text (byte ${zero + 1} is zero).`);
  const text = startsWith(bytes, 0xef, 0xbb, 0xbf) ? bytes.subarray(3) : bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch {
    const place = invalidAt(bytes);
    throw new UnreadableInput(`${file}:${lineAt(bytes, place)}: the ${what} is not in UTF-8 (byte ${place + 1}). Save it as UTF-8.`);
  }
}

function bytesOf(file: string, what: string): Buffer {
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) {
      const megabytes = (size / 1024 / 1024).toFixed(0);
      throw new UnreadableInput(`${file}: the ${what} has ${megabytes} MiB; at most 16 are read. Take the rows out of it.`);
    }
    return readFileSync(file);
  } catch (error) {
    if (error instanceof UnreadableInput) throw error;
    throw new UnreadableInput(`${file}: the ${what} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

const startsWith = (bytes: Buffer, ...start: readonly number[]): boolean => start.every((byte, i) => bytes[i] === byte);

function lineAt(bytes: Buffer, offset: number): number {
  let line = 1;
  for (let i = bytes.indexOf(10); i !== -1 && i < offset; i = bytes.indexOf(10, i + 1)) line += 1;
  return line;
}

/** The first byte that encoding the decoded text again gives differently. */
function invalidAt(bytes: Buffer): number {
  const again = Buffer.from(bytes.toString('utf8'));
  const place = bytes.findIndex((byte, i) => byte !== again[i]);
  return place === -1 ? bytes.length - 1 : place;
}
