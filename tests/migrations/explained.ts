/**
 * Where the replay cannot see what the case says, and why: by case. Each was looked at by hand. An entry that has become wrong, since the
 * replay sees it now, is reported like a disagreement.
 */
export const EXPLAINED: Readonly<Record<string, string>> = {};
