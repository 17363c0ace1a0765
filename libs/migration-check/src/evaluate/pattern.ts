/** A LIKE pattern as a RegExp. https://www.postgresql.org/docs/current/functions-matching.html */
export function likePattern(pattern: string, ignoreCase: boolean): RegExp | null {
  let source = '';
  for (let i = 0; i < pattern.length; i += 1) {
    const character = pattern.charAt(i);
    if (character === '\\') {
      i += 1;
      if (i === pattern.length) return null;
      source += quoted(pattern.charAt(i));
    } else source += character === '%' ? '.*' : character === '_' ? '.' : quoted(character);
  }
  return new RegExp(`^${source}$`, ignoreCase ? 'isu' : 'su');
}

const quoted = (character: string): string => (/[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character);

const CLASSES: Readonly<Record<string, string>> = {
  ...{ alpha: 'A-Za-z', digit: '0-9', alnum: 'A-Za-z0-9', upper: 'A-Z', lower: 'a-z', xdigit: '0-9A-Fa-f', space: '\\s' },
};

/**
 * An advanced regular expression as a RegExp, where both mean the same for `text`; null: nobody can say. Left out: back references, look
 * around, word boundaries, options, reluctant quantifiers, and classes of letters against text outside of ASCII.
 */
export function regularExpression(pattern: string, text: string, ignoreCase: boolean): RegExp | null {
  if (/^\*\*\*|\(\?(?!:)|\\[^dwsDWS.\\^$*+?()[\]{}|/@_\-#:;,!%&"'<>=~` ]|[*+?}]\?/.test(pattern)) return null;
  const ascii = /^[\x20-\x7e]*$/.test(text);
  if (!ascii && /\\[dwsDWS]|\[:|[A-Za-z]-[A-Za-z]/.test(pattern)) return null;
  const source = pattern
    .replace(/\[:(\w+):\]/g, (whole, name: string) => CLASSES[name] ?? whole)
    .replace(/\\([@_\-#:;,!%&"'<>=~` ])/g, (whole, character: string) => (character === '-' ? whole : character));
  if (source.includes('[:') || source.includes('[.') || source.includes('[=')) return null;
  try {
    return new RegExp(source, ignoreCase ? 'is' : 's');
  } catch {
    return null;
  }
}
