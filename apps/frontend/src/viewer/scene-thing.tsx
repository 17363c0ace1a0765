import type { ThreeEvent } from '@react-three/fiber';
import { Suspense } from 'react';
import { Boundary } from '../scene/boundary.tsx';
import type { SceneItem, Vector } from '../session/scene-objects.ts';
import type { ModelLibrary } from './model-library.ts';
import { BoxShape, ModelShape } from './shape.tsx';
import { useGroundDrag } from './use-ground-drag.ts';

interface Props {
  readonly item: SceneItem;
  readonly library: ModelLibrary;
  readonly modelUrl: string | undefined;
  /** Colours of those who have selected it. */
  readonly rings: readonly string[];
  readonly canEdit: boolean;
  readonly onSelect: (id: string) => void;
  readonly onMove: (id: string, position: Vector) => void;
}

export function SceneThing({ item, library, modelUrl, rings, canEdit, onSelect, onMove }: Props) {
  const { id, model, position, rotation, scale, color } = item;
  const drag = useGroundDrag(position, (to) => {
    onMove(id, to);
  });
  const select = (event: ThreeEvent<PointerEvent>): void => {
    event.stopPropagation();
    onSelect(id);
    if (canEdit) drag.onPointerDown(event);
  };
  const box = <BoxShape color={color} />;
  return (
    <group position={position} rotation={rotation} scale={scale} {...drag} onPointerDown={select}>
      {model === null || modelUrl === undefined ? (
        box
      ) : (
        <Boundary fallback={box}>
          <Suspense fallback={box}>
            <ModelShape library={library} versionId={model} url={modelUrl} />
          </Suspense>
        </Boundary>
      )}
      {rings.map((ring, index) => (
        <mesh key={ring} rotation={[-Math.PI / 2, 0, 0]} position={[0, 0.02, 0]}>
          <ringGeometry args={[0.85 + index * 0.12, 0.93 + index * 0.12, 48]} />
          <meshBasicMaterial color={ring} />
        </mesh>
      ))}
    </group>
  );
}
