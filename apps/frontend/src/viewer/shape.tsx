import { use, useMemo } from 'react';
import { clone } from 'three/addons/utils/SkeletonUtils.js';
import type { ModelLibrary } from './model-library.ts';

/** Stands for an object without a model, and for one whose model is not here (yet). */
export function BoxShape({ color }: { readonly color: string }) {
  return (
    <mesh position={[0, 0.5, 0]}>
      <boxGeometry />
      <meshStandardMaterial color={color} />
    </mesh>
  );
}

interface Props {
  readonly library: ModelLibrary;
  readonly versionId: string;
  readonly url: string;
}

export function ModelShape({ library, versionId, url }: Props) {
  const model = use(library.load(versionId, url));
  const copy = useMemo(() => clone(model), [model]);
  return <primitive object={copy} />;
}
