import { useThree, type ThreeEvent } from '@react-three/fiber';
import { useRef } from 'react';
import { Plane, Vector3 } from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import type { Vector } from '../session/scene-objects.ts';

interface Drag {
  readonly plane: Plane;
  /** From where the pointer took hold of the object to its position. */
  readonly offset: Vector3;
}

const UP = new Vector3(0, 1, 0);

/** Pointer handlers that move an object over the plane that it stands on; the view holds still meanwhile. */
export function useGroundDrag(position: Vector, onMove: (position: Vector) => void) {
  const get = useThree((state) => state.get);
  const drag = useRef<Drag>(null);

  const holdView = (held: boolean): void => {
    const { controls } = get();
    if (controls instanceof OrbitControls) controls.enabled = !held;
  };
  const end = (event: ThreeEvent<PointerEvent>): void => {
    if (drag.current === null) return;
    drag.current = null;
    holdView(false);
    (event.target as Element).releasePointerCapture(event.pointerId);
  };
  return {
    onPointerDown: (event: ThreeEvent<PointerEvent>): void => {
      const plane = new Plane(UP, -event.point.y);
      drag.current = { plane, offset: new Vector3(...position).sub(event.point) };
      holdView(true);
      (event.target as Element).setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: ThreeEvent<PointerEvent>): void => {
      if (drag.current === null) return;
      const point = event.ray.intersectPlane(drag.current.plane, new Vector3());
      if (point !== null) onMove(point.add(drag.current.offset).toArray());
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}
