export type Point = readonly [x: number, y: number, z: number];
type Colour = readonly [red: number, green: number, blue: number];

/** A square picture of flat shaded triangles with a depth buffer; the same triangles give the same bytes everywhere. */
export class Raster {
  /** RGBA, row by row from the top. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  readonly #edge: number;
  readonly #depth: Float32Array;

  constructor(edge: number) {
    this.#edge = edge;
    this.pixels = new Uint8ClampedArray(edge * edge * 4);
    this.#depth = new Float32Array(edge * edge).fill(-Infinity);
  }

  /** Corners in pixels, z towards the viewer; colour channels from 0 to 1. */
  triangle(a: Point, b: Point, c: Point, colour: Colour): void {
    const area = cross(a, b, c[0], c[1]);
    if (area === 0 || !Number.isFinite(area)) return;
    const bottom = Math.min(this.#edge - 1, Math.floor(Math.max(a[1], b[1], c[1])));
    const right = Math.min(this.#edge - 1, Math.floor(Math.max(a[0], b[0], c[0])));
    for (let y = Math.max(0, Math.ceil(Math.min(a[1], b[1], c[1]) - 0.5)); y <= bottom; y += 1) {
      for (let x = Math.max(0, Math.ceil(Math.min(a[0], b[0], c[0]) - 0.5)); x <= right; x += 1) {
        const wa = cross(b, c, x + 0.5, y + 0.5) / area;
        const wb = cross(c, a, x + 0.5, y + 0.5) / area;
        const wc = 1 - wa - wb;
        if (wa >= 0 && wb >= 0 && wc >= 0) this.#plot(y * this.#edge + x, wa * a[2] + wb * b[2] + wc * c[2], colour);
      }
    }
  }

  #plot(at: number, depth: number, colour: Colour): void {
    if (depth <= (this.#depth[at] ?? Infinity)) return;
    this.#depth[at] = depth;
    this.pixels.set([colour[0] * 255, colour[1] * 255, colour[2] * 255, 255], at * 4);
  }
}

/** Twice the signed area of the triangle a, b, (x, y). */
const cross = (a: Point, b: Point, x: number, y: number): number => (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]);
