import { useMemo, useSyncExternalStore } from 'react';
import { OpenScene, type SceneStatus } from './open-scene.ts';
import type { SceneItem, SceneObjects } from './scene-objects.ts';

export interface SceneView extends SceneStatus {
  readonly items: readonly SceneItem[];
  /** Null until the scene is opened. */
  readonly objects: SceneObjects | null;
  readonly showPresence: (name: string, selected: string | null) => void;
}

const NOT_OPEN: SceneView = {
  mark: 'connecting',
  canEdit: false,
  peers: [],
  trouble: null,
  items: [],
  objects: null,
  showPresence: () => undefined,
};

/** Opens the scene when the component is shown and leaves it when it goes. */
export function useSceneSession(sceneId: string): SceneView {
  const store = useMemo(() => createSceneStore(sceneId), [sceneId]);
  return useSyncExternalStore(store.subscribe, store.current);
}

function createSceneStore(sceneId: string) {
  let view = NOT_OPEN;
  return {
    current: () => view,
    subscribe: (listener: () => void) => {
      const changed = (): void => {
        view = { ...scene.status, items: scene.objects.items, objects: scene.objects, showPresence };
        listener();
      };
      const scene = new OpenScene(sceneId, changed);
      const showPresence = (name: string, selected: string | null): void => {
        scene.showPresence(name, selected);
      };
      const unobserve = scene.objects.observe(changed);
      changed();
      return () => {
        unobserve();
        void scene.close();
        view = NOT_OPEN;
      };
    },
  };
}
