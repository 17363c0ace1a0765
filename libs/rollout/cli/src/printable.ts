import { stripVTControlCharacters } from 'node:util';

/** One line that is safe on a terminal: text of programs and logs must not move the cursor, clear the screen or set a title there. */
export const printable = (text: string): string => stripVTControlCharacters(text).replace(/\p{Cc}+/gu, ' ');
