/** Somebody has typed what was not sent: a reload would lose it. */
export const isTyping = (root: ParentNode = document): boolean =>
  [...root.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')].some(
    // What is only ticked has a value of its own without anybody's doing.
    ({ type, value, defaultValue }) => type !== 'checkbox' && type !== 'radio' && value !== defaultValue,
  );
