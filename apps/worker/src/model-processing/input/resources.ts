import { disableTypes, imageSize, types } from 'image-size';
import { Rejection } from '../rejection.ts';
import type { Container } from './container.ts';
import { LIMITS } from './limits.ts';

/** What glTF allows, KTX 2 and WebP by extension. */
const IMAGE_TYPES = ['png', 'jpg', 'webp', 'ktx'];
disableTypes(types.filter((type) => !IMAGE_TYPES.includes(type)));

/** Everything must be inside the file, nothing is ever fetched; images may not unpack to more pixels than the limit. Throws Rejection. */
export function checkResources(container: Container): void {
  const { buffers, images } = container.gltf;
  for (const { uri } of [...buffers, ...images]) {
    if (uri !== undefined && !uri.startsWith('data:')) {
      throw new Rejection(
        'external-resource',
        `The file refers to "${uri.slice(0, 100)}" outside of itself; pack everything into the GLB.`,
      );
    }
  }
  const pixels = images.map((image, index) => pixelsOf(imageBytes(container, image), index));
  const all = pixels.reduce((sum, each) => sum + each, 0);
  if (all > LIMITS.allImagePixels) {
    throw new Rejection('image-too-large', `The images have ${all} pixels together; at most ${LIMITS.allImagePixels} are allowed.`);
  }
}

function imageBytes({ gltf, binary }: Container, image: Container['gltf']['images'][number]): Uint8Array {
  if (image.uri !== undefined) return Buffer.from(image.uri.slice(image.uri.indexOf(',') + 1), 'base64');
  const view = image.bufferView === undefined ? undefined : gltf.bufferViews[image.bufferView];
  return view === undefined ? new Uint8Array() : binary.subarray(view.byteOffset, view.byteOffset + view.byteLength);
}

function pixelsOf(bytes: Uint8Array, index: number): number {
  let size: { readonly width: number; readonly height: number };
  try {
    size = imageSize(bytes);
  } catch {
    throw new Rejection('malformed', `Image ${index} is not a PNG, JPEG, WebP or KTX 2 image.`);
  }
  const pixels = size.width * size.height;
  if (pixels > LIMITS.imagePixels) {
    throw new Rejection(
      'image-too-large',
      `Image ${index} is ${size.width} × ${size.height} pixels; at most ${LIMITS.imagePixels} are allowed.`,
    );
  }
  return pixels;
}
