import { loadConfiguration, type Source } from '../load.ts';
import { ConfigurationError } from '../fault.ts';
import { configurationFor } from '../target-configuration.ts';

/*
 * Loads configurations as the command line does: in a Node of its own, which strips types and reports syntax errors as it does for
 * users. Jest would read the files in its own way.
 */

export type Outcome =
  { readonly file: string | null; readonly local: unknown } | { readonly message: string; readonly lines: readonly (number | null)[] };

async function outcomeOf({ withoutParser = false, ...source }: Source & { readonly withoutParser?: boolean }): Promise<Outcome> {
  try {
    const { file, config } = await loadConfiguration({ ...source, ...(withoutParser && { parser: () => Promise.resolve(null) }) });
    return { file, local: configurationFor(config, 'local') };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { message: error.message, lines: error.faults.map(({ line }) => line) };
  }
}

const sources = JSON.parse(process.argv[2] ?? '[]') as readonly Source[];
const outcomes: Outcome[] = [];
for (const source of sources) outcomes.push(await outcomeOf(source));
process.stdout.write(JSON.stringify(outcomes));
