import { useThree } from '@react-three/fiber';
import { useEffect } from 'react';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';

/** Turns, moves and zooms the view; others reach it as `controls` of the canvas. */
export function Orbit() {
  const camera = useThree((state) => state.camera);
  const element = useThree((state) => state.gl.domElement);
  const invalidate = useThree((state) => state.invalidate);
  const set = useThree((state) => state.set);
  useEffect(() => {
    const controls = new OrbitControls(camera, element);
    controls.addEventListener('change', () => {
      invalidate();
    });
    set({ controls });
    return () => {
      set({ controls: null });
      controls.dispose();
    };
  }, [camera, element, invalidate, set]);
  return null;
}
