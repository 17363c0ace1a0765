import { Primitive, type Accessor, type Document, type mat4 } from '@gltf-transform/core';
import { createCanvas, ImageData } from '@napi-rs/canvas';
import type { Inspection } from './messages.ts';
import { Raster, type Point } from './raster.ts';

/** Three quarter view from above: the camera's axes. */
const RIGHT: Point = [0.8, 0, -0.6];
const UP: Point = [-0.24, 0.92, -0.32];
const BACK: Point = [0.552, 0.4, 0.736];
const LIGHT: Point = [0.35, 0.75, 0.56];

/** PNG with a transparent background, `edge` pixels wide and high: every triangle flat shaded in its material's base colour. */
export function drawThumbnail(document: Document, { min, max }: Inspection['bounds'], edge: number): Uint8Array<ArrayBuffer> {
  const raster = new Raster(edge);
  const project = projection(min, max, edge);
  for (const scene of document.getRoot().listScenes()) {
    scene.traverse((node) => {
      const world = node.getWorldMatrix();
      for (const primitive of node.getMesh()?.listPrimitives() ?? []) drawPrimitive(raster, primitive, world, project);
    });
  }
  const canvas = createCanvas(edge, edge);
  canvas.getContext('2d').putImageData(new ImageData(raster.pixels, edge, edge), 0, 0);
  return new Uint8Array(canvas.toBuffer('image/png'));
}

/** Metres to pixels, so that the sphere around the bounds fills the picture. */
function projection(min: readonly number[], max: readonly number[], edge: number): (point: Point) => Point {
  const [x = 0, y = 0, z = 0] = min.map((low, axis) => (low + (max[axis] ?? low)) / 2);
  const radius = Math.hypot(...min.map((low, axis) => (max[axis] ?? low) - low)) / 2 || 1;
  const scale = (edge / 2 / radius) * 0.98;
  return (point) => {
    const fromCentre: Point = [point[0] - x, point[1] - y, point[2] - z];
    return [edge / 2 + dot(RIGHT, fromCentre) * scale, edge / 2 - dot(UP, fromCentre) * scale, dot(BACK, fromCentre)];
  };
}

const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function drawPrimitive(raster: Raster, primitive: Primitive, world: mat4, project: (point: Point) => Point): void {
  const positions = primitive.getAttribute('POSITION');
  if (positions === null || primitive.getMode() !== Primitive.Mode.TRIANGLES) return;
  const [red, green, blue] = primitive.getMaterial()?.getBaseColorFactor() ?? [0.8, 0.8, 0.8];
  const indices = primitive.getIndices();
  const count = (indices ?? positions).getCount();
  const corner = (at: number): Point => transform(world, positions, indices === null ? at : indices.getScalar(at));
  for (let at = 0; at + 2 < count; at += 3) {
    const [a, b, c] = [corner(at), corner(at + 1), corner(at + 2)];
    const light = 0.35 + 0.65 * Math.abs(brightness(a, b, c));
    raster.triangle(project(a), project(b), project(c), [toSrgb(red * light), toSrgb(green * light), toSrgb(blue * light)]);
  }
}

function transform(m: mat4, positions: Accessor, vertex: number): Point {
  const [x = 0, y = 0, z = 0] = positions.getElement(vertex, []);
  return [m[0] * x + m[4] * y + m[8] * z + m[12], m[1] * x + m[5] * y + m[9] * z + m[13], m[2] * x + m[6] * y + m[10] * z + m[14]];
}

/** Cosine between the triangle's normal and the light. */
function brightness(a: Point, b: Point, c: Point): number {
  const [ux, uy, uz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const [vx, vy, vz] = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
  const normal: Point = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
  return dot(normal, LIGHT) / (Math.hypot(...normal) || 1);
}

/** Material factors are linear, pixels are not. */
const toSrgb = (linear: number): number => Math.min(1, Math.max(0, linear)) ** (1 / 2.2);
