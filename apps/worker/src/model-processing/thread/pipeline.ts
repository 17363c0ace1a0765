import { VERSION, type Document } from '@gltf-transform/core';
import { openContainer } from '../input/container.ts';
import { checkDeclaredSize } from '../input/declared-size.ts';
import { checkNodeGraph } from '../input/node-graph.ts';
import { checkResources } from '../input/resources.ts';
import { readDocument, writeDocument } from './document.ts';
import { inspectDocument } from './inspect.ts';
import type { Inspection, ModelOptions, Step } from './messages.ts';
import { levelsOf, optimise } from './optimise.ts';
import { drawThumbnail } from './thumbnail.ts';
import { validateModel } from './validate.ts';

/** Names the code that makes outputs. Raise the last number with every change that makes other bytes of the same file. */
export const TOOLS = `gltf-transform-${VERSION.replace(/^v/, '')}-1`;

/** One file made of a model; `name` says by which options, so that it can be the last part of a key. */
export type Output = { readonly name: string; readonly bytes: Uint8Array } & (
  { readonly kind: 'optimised' | 'thumbnail' } | { readonly kind: 'level'; readonly ratio: number; readonly triangles: number }
);

/**
 * Everything that is made of a model, as a pure function of its bytes and the options: checks, then validate, inspect,
 * optimise, thumbnail, levels of detail. Yields each output as soon as it is made, so that only one is in memory; the
 * thumbnail comes before the levels because those simplify the document in place. Throws Rejection.
 */
export async function* processModel(
  file: Uint8Array,
  options: ModelOptions,
  onStep: (step: Step) => void,
): AsyncGenerator<Output, Inspection, undefined> {
  onStep('validate');
  const document = await openModel(file);

  onStep('inspect');
  const inspection = inspectDocument(document);

  onStep('optimise');
  await optimise(document);
  yield { kind: 'optimised', name: 'optimised.glb', bytes: await writeDocument(document) };

  onStep('thumbnail');
  const thumbnail = drawThumbnail(document, inspection.bounds, options.thumbnail);
  yield { kind: 'thumbnail', name: `thumbnail-${options.thumbnail}.png`, bytes: thumbnail };

  onStep('levels');
  // A level is made of the one before it, so all of them are in its name.
  let name = 'level';
  for await (const { ratio, triangles } of levelsOf(document, options.levels)) {
    name += `-${ratio}`;
    yield { kind: 'level', name: `${name}.glb`, bytes: await writeDocument(document), ratio, triangles };
  }
  return inspection;
}

async function openModel(file: Uint8Array): Promise<Document> {
  const container = openContainer(file);
  checkNodeGraph(container.gltf, checkDeclaredSize(container));
  checkResources(container);
  await validateModel(file);
  return readDocument(file, container.gltf);
}
