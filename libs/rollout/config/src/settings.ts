import { Schema, type RolloutConfig, type Settings } from './configuration.ts';
import { merged, overrideOf } from './shape.ts';
import { BUILT_IN, type Overrides, SECTIONS, type SectionName, type TargetName } from './targets.ts';

/**
 * Everything that holds for one target, the weakest first: the defaults, what is built in for the target, the file, what the
 * file says for the target. null: for a target that the file does not name and nothing is built in for. The file must be valid.
 */
export function settingsFor(config: RolloutConfig, target: TargetName | null): Settings {
  const overrides = target === null ? undefined : config.targets?.[target];
  const builtIn = target === null ? undefined : BUILT_IN[target];
  const sections = Object.keys(SECTIONS) as readonly SectionName[];
  return Schema.parse({
    ...config,
    ...Object.fromEntries(sections.map((name) => [name, section(name, [builtIn, config, overrides])])),
  });
}

const section = (name: SectionName, sources: readonly (Overrides | undefined)[]): unknown =>
  merged(
    overrideOf(SECTIONS[name]),
    sources.map((source) => source?.[name]),
  );
