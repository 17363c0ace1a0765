const LONGEST = 200;

/** In this order: what is a part of another comes after it. Each differs from one occurrence of a fault to the next. */
const VARIABLE: readonly (readonly [RegExp, string])[] = [
  [/"(?:[^"\\]|\\.)*"|`[^`]*`|(?<!\w)'[^']*'(?!\w)/g, '*'],
  // Addresses: of services, people and hosts.
  [/\b[a-z][a-z\d+.-]*:\/\/\S+/gi, '*'],
  [/[^\s@<>()]+@[^\s@<>()]+/g, '*'],
  [/(?<![\w:])(?:[\da-f]{0,4}:){2,7}[\da-f]{0,4}(?![\w:])/gi, '*'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '*'],
  // Ids: UUIDs, hashes, and whatever is as long as they are.
  [/\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi, '*'],
  [/\b(?:0x[\da-f]+|(?=\w*\d)[\da-f]{8,}|(?=\w*\d)\w{16,})\b/gi, '*'],
  [/\d+(?:\.\d+)*/g, '#'],
];

/** One name for all occurrences of a fault: the message without what differs between them, cut at 200 characters. */
export function fingerprint(message: string): string {
  const line = VARIABLE.reduce((text, [pattern, name]) => text.replace(pattern, name), message.slice(0, 2000));
  return line.replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST);
}
