import type { Group, Object3D } from 'three';
import { Mesh } from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import { MeshoptDecoder } from 'three/addons/libs/meshopt_decoder.module.js';

/** Processed models by version, each loaded once, whatever its presigned URL is by now. */
export class ModelLibrary {
  readonly #loader = new GLTFLoader().setMeshoptDecoder(MeshoptDecoder);
  readonly #models = new Map<string, Promise<Group>>();

  load(versionId: string, url: string): Promise<Group> {
    const known = this.#models.get(versionId);
    if (known) return known;
    const model = this.#loader.loadAsync(url).then(({ scene }) => scene);
    this.#models.set(versionId, model);
    return model;
  }

  /** Frees what the graphics card holds. */
  dispose(): void {
    for (const model of this.#models.values()) model.then(disposeOf, () => undefined);
    this.#models.clear();
  }
}

function disposeOf(model: Object3D): void {
  model.traverse((node) => {
    if (!(node instanceof Mesh)) return;
    const { geometry, material } = node as Mesh;
    geometry.dispose();
    for (const each of [material].flat()) each.dispose();
  });
}
