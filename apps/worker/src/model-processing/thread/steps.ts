import { VERSION, type Document } from '@gltf-transform/core';
import type { Checkpoint } from '@devplatform/contracts';
import { openContainer } from '../input/container.ts';
import { checkDeclaredSize } from '../input/declared-size.ts';
import { checkNodeGraph } from '../input/node-graph.ts';
import { checkResources } from '../input/resources.ts';
import { readDocument, writeDocument } from './document.ts';
import { countTriangles, inspectDocument } from './inspect.ts';
import { optimise, simplifyTo } from './optimise.ts';
import type { Step } from './plan.ts';
import { pure } from './pure.ts';
import { drawThumbnail } from './thumbnail.ts';
import { validateModel } from './validate.ts';
import type { Workbench } from './workbench.ts';

/** Names the code that makes outputs. Raise the last number with every change that makes other bytes of the same file. */
export const TOOLS = `gltf-transform-${VERSION.replace(/^v/, '')}-2`;

type Made = Partial<Checkpoint>;

/**
 * Does one step and answers what it adds to the checkpoint. Each is a pure function of stored bytes and the recipe: cut
 * between any two and go on elsewhere, the same files come out. Throws Rejection.
 */
export function performStep(step: Step, checkpoint: Checkpoint, bench: Workbench): Promise<Made> {
  switch (step) {
    case 'inspect':
      return inspectSource(bench);
    case 'optimise':
      return optimiseSource(bench);
    case 'thumbnail':
      return makeThumbnail(checkpoint, bench);
    default:
      return makeLevel(checkpoint, bench);
  }
}

async function inspectSource(bench: Workbench): Promise<Made> {
  const file = await bench.readSource();
  const document = await pure(() => openModel(file));
  const inspect = await pure(() => inspectDocument(document));
  // Looking changed nothing, so this is what decoding the file again would give.
  bench.keepSource(document);
  return { inspect };
}

async function optimiseSource(bench: Workbench): Promise<Made> {
  const document = await bench.take();
  const bytes = await pure(async () => {
    await optimise(document);
    return writeDocument(document);
  });
  return { optimised: { ...(await bench.put('optimised.glb', 'model/gltf-binary', bytes)), triangles: countTriangles(document) } };
}

async function makeThumbnail({ recipe, inspect, optimised }: Checkpoint, bench: Workbench): Promise<Made> {
  if (inspect === null || optimised === null) throw new Error('the thumbnail comes after the optimised model');
  const document = await bench.look(optimised.key);
  const bytes = await pure(() => drawThumbnail(document, inspect.bounds, recipe.thumbnail));
  return { thumbnail: await bench.put(`thumbnail-${recipe.thumbnail}.png`, 'image/png', bytes) };
}

async function makeLevel({ recipe, optimised, levels }: Checkpoint, bench: Workbench): Promise<Made> {
  const ratio = recipe.levels[levels.length];
  if (optimised === null || ratio === undefined) throw new Error('levels come after the optimised model');
  const document = await bench.take((levels.at(-1) ?? optimised).key);
  const bytes = await pure(async () => {
    await simplifyTo(document, optimised.triangles * ratio);
    return writeDocument(document);
  });
  // A level is made of the one before it, so all of them are in its name.
  const name = ['level', ...recipe.levels.slice(0, levels.length + 1)].join('-');
  const file = await bench.put(`${name}.glb`, 'model/gltf-binary', bytes);
  return { levels: [...levels, { ...file, ratio, triangles: countTriangles(document) }] };
}

async function openModel(file: Uint8Array): Promise<Document> {
  const container = openContainer(file);
  checkNodeGraph(container.gltf, checkDeclaredSize(container));
  checkResources(container);
  await validateModel(file);
  return readDocument(file, container.gltf);
}
