import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Control } from '../controls/control.ts';

export interface AreaControl extends Control {
  /** Name of its file in controls/. */
  readonly area: string;
}

const BLUEGREEN = join(import.meta.dirname, '..');

/** Every control of controls/<area>.ts, sorted so that those of one spec follow each other. */
export async function allControls(): Promise<readonly AreaControl[]> {
  const files = globSync('controls/*.ts', { cwd: BLUEGREEN }).filter((file) => basename(file) !== 'control.ts');
  const areas = await Promise.all(
    files.map(async (file) => {
      const area = basename(file, '.ts');
      const exported = (await import(join(BLUEGREEN, file))) as Record<string, readonly Control[]>;
      return Object.values(exported).flatMap((controls) => controls.map((control) => ({ ...control, area })));
    }),
  );
  return areas.flat().sort((a, b) => a.test.localeCompare(b.test) || a.rule.localeCompare(b.rule, 'en', { numeric: true }));
}

/** The numbers of SPEC.md, in its order. */
export const promises = (): readonly string[] =>
  [...readFileSync(join(BLUEGREEN, 'SPEC.md'), 'utf8').matchAll(/^- \*\*([A-Z]+-\d+)\*\*/gm)].map(([, number]) => number ?? '');
