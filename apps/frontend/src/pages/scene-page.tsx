import { lazy, Suspense, useCallback, useEffect, useState, type KeyboardEvent } from 'react';
import { account } from '../api/account.ts';
import * as platform from '../api/platform.ts';
import { useLoaded } from '../api/use-loaded.ts';
import { Link } from '../link.tsx';
import { movedByKey } from '../scene/arrow-keys.ts';
import { Boundary } from '../scene/boundary.tsx';
import { ObjectList } from '../scene/object-list.tsx';
import { PeerList } from '../scene/peer-list.tsx';
import { SaveMark } from '../scene/save-mark.tsx';
import { Toolbar } from '../scene/toolbar.tsx';
import { useModels } from '../scene/use-models.ts';
import { useSceneSession } from '../session/use-scene-session.ts';
import { useStore } from '../store.ts';
import { AnnotationPanel } from './annotation-panel.tsx';
import { Trouble } from './trouble.tsx';

const Viewer = lazy(() => import('../viewer/viewer.tsx').catch(() => ({ default: NoViewer })));

/** In place of a chunk that could be loaded from nowhere; the notice at the top offers the reload. */
function NoViewer() {
  return <p className="faint">The 3D viewer could not be loaded. The list beside works without it.</p>;
}

interface Props {
  readonly projectId: string;
  readonly sceneId: string;
}

export function ScenePage({ projectId, sceneId }: Props) {
  const { mark, canEdit, peers, trouble, items, objects, showPresence } = useSceneSession(sceneId);
  const { value: scene, error: sceneError } = useLoaded(useCallback(() => platform.scene(sceneId), [sceneId]));
  const { value: models, error: modelsError } = useModels(
    projectId,
    items.map(({ model }) => model),
  );
  const [selected, setSelected] = useState<string | null>(null);
  const name = useStore(account)?.user.name ?? 'Guest';
  useEffect(() => {
    showPresence(name, selected);
  }, [showPresence, name, selected]);

  const selectedItem = items.find(({ id }) => id === selected);
  const moveByKey = (event: KeyboardEvent): void => {
    if (!canEdit || selectedItem === undefined || event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement)
      return;
    const position = movedByKey(event.key, selectedItem.position);
    if (position === null) return;
    event.preventDefault();
    objects?.move(selectedItem.id, position);
  };
  const viewer = {
    items,
    peers,
    models: models ?? [],
    selected,
    canEdit,
    onSelect: setSelected,
    onMove: (id: string, position: [number, number, number]) => objects?.move(id, position),
  };

  return (
    <section className="scene" onKeyDown={moveByKey}>
      <header className="row">
        <Link to={`/projects/${projectId}`}>← Project</Link>
        <h1>{scene?.name}</h1>
        <SaveMark mark={mark} />
        {mark === 'saved' && !canEdit && <small>read only</small>}
      </header>
      <Trouble message={trouble ?? sceneError ?? modelsError} />
      {canEdit && objects !== null && <Toolbar objects={objects} models={models ?? []} selected={selected} onSelect={setSelected} />}
      <div className="stage">
        <div className="canvas" role="group" aria-label="The scene in 3D; the list beside it says the same">
          <Boundary fallback={<p className="faint">This browser cannot show 3D. The list beside works without it.</p>}>
            <Suspense fallback={<p className="faint">Loading the viewer…</p>}>
              <Viewer {...viewer} />
            </Suspense>
          </Boundary>
        </div>
        <div className="side">
          <h2>Objects</h2>
          <p className="faint">Select one and move it with the arrow keys, or drag it.</p>
          <ObjectList items={items} peers={peers} selected={selected} onSelect={setSelected} />
          <PeerList peers={peers} items={items} />
          <AnnotationPanel projectId={projectId} sceneId={sceneId} canEdit={canEdit} position={selectedItem?.position ?? [0, 0, 0]} />
        </div>
      </div>
    </section>
  );
}
