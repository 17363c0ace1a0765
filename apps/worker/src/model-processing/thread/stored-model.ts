import type { ObjectStore } from '@devplatform/runtime/storage';
import { Rejection } from '../rejection.ts';
import type { ModelOptions, ProcessedModel, Source, Step } from './messages.ts';
import { processModel, TOOLS, type Output } from './pipeline.ts';
import { readSource } from './source.ts';

/**
 * From an uploaded file in the store to its derived files in the store. Their keys say of which bytes and by which tools
 * they were made, so doing it again finds what is already there. Throws Rejection when the file is at fault.
 */
export async function processStoredModel(
  store: ObjectStore,
  source: Source,
  options: ModelOptions,
  onStep: (step: Step) => void,
): Promise<ProcessedModel> {
  onStep('read');
  const outputs = processModel(await readSource(store, source), options, onStep);
  const stored = { optimised: { key: '', size: 0 }, thumbnail: { key: '', size: 0 }, levels: [] as ProcessedModel['levels'] };
  let next = await pure(outputs.next());
  for (; next.done !== true; next = await pure(outputs.next())) {
    const output = next.value;
    const file = await putOnce(store, `derived/${source.sha256}/${TOOLS}/${output.name}`, output);
    if (output.kind === 'level') stored.levels.push({ ...file, ratio: output.ratio, triangles: output.triangles });
    else stored[output.kind] = file;
  }
  return { inspect: next.value, ...stored };
}

async function putOnce(store: ObjectStore, key: string, { kind, bytes }: Output): Promise<{ key: string; size: number }> {
  const size = bytes.byteLength;
  if ((await store.size(key)) !== size) await store.put(key, bytes, kind === 'thumbnail' ? 'image/png' : 'model/gltf-binary');
  return { key, size };
}

/** The pipeline is a pure function of the bytes: what failed once would fail again. */
async function pure<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    if (error instanceof Rejection) throw error;
    throw new Rejection('unprocessable', `The model cannot be processed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
