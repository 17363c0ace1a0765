import { Canvas } from '@react-three/fiber';
import { useEffect, useState } from 'react';
import type { ShownModel } from '../scene/use-models.ts';
import type { Peer } from '../session/presence.ts';
import type { SceneItem, Vector } from '../session/scene-objects.ts';
import { ModelLibrary } from './model-library.ts';
import { Orbit } from './orbit.tsx';
import { SceneThing } from './scene-thing.tsx';

interface Props {
  readonly items: readonly SceneItem[];
  readonly peers: readonly Peer[];
  readonly models: readonly ShownModel[];
  readonly selected: string | null;
  readonly canEdit: boolean;
  readonly onSelect: (id: string | null) => void;
  readonly onMove: (id: string, position: Vector) => void;
}

const OWN_RING = '#0f172a';

/** The only place that knows three.js; loaded when a scene is opened. */
export default function Viewer({ items, peers, models, selected, canEdit, onSelect, onMove }: Props) {
  const [library] = useState(() => new ModelLibrary());
  useEffect(
    () => () => {
      library.dispose();
    },
    [library],
  );
  const urls = new Map(models.map(({ versionId, url }) => [versionId, url]));
  const ringsOf = (id: string): string[] => [
    ...(id === selected ? [OWN_RING] : []),
    ...new Set(peers.filter((peer) => peer.selected === id).map(({ color }) => color)),
  ];
  return (
    <Canvas
      frameloop="demand"
      camera={{ position: [5, 5, 8], fov: 45 }}
      onPointerMissed={() => {
        onSelect(null);
      }}
    >
      <hemisphereLight args={['#ffffff', '#94a3b8', 2]} />
      <directionalLight position={[4, 8, 6]} intensity={2} />
      <gridHelper args={[40, 40, '#94a3b8', '#cbd5e1']} />
      <Orbit />
      {items.map((item) => (
        <SceneThing
          key={item.id}
          item={item}
          library={library}
          modelUrl={item.model === null ? undefined : urls.get(item.model)}
          rings={ringsOf(item.id)}
          canEdit={canEdit}
          onSelect={onSelect}
          onMove={onMove}
        />
      ))}
    </Canvas>
  );
}
