import { execFileSync } from 'node:child_process';

/** Who listens on a local TCP port, as far as this machine and our rights tell; else "another process". */
export function portHolder(port: number): string {
  const ask = (command: string, ...args: string[]): string =>
    execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const [pid = ''] = ask('lsof', '-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t').split('\n');
    return `process ${pid} (${ask('ps', '-o', 'args=', '-p', pid).slice(0, 80)})`;
  } catch {
    return 'another process';
  }
}
