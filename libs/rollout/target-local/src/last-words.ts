/** What a process that ended said of the reason: its last line that names an error, else its last line. */
export function lastWords(output: string): string {
  const lines = output.trim().split('\n');
  const why = lines.findLast((line) => /error|fatal/i.test(line) && !/^\s+at /.test(line)) ?? lines.at(-1) ?? '';
  return why.trim().slice(0, 500);
}
