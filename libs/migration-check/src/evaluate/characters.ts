/** As PostgreSQL counts them: code points. */
export const charactersOf = (text: string): readonly string[] => Array.from(text);
