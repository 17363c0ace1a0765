import { Logger, PlatformIO, Verbosity, type Document } from '@gltf-transform/core';
import { ALL_EXTENSIONS, KHRDracoMeshCompression } from '@gltf-transform/extensions';
import { MeshoptDecoder, MeshoptEncoder } from 'meshoptimizer';
import type { Gltf } from '../input/gltf.ts';
import { Rejection } from '../rejection.ts';

const DRACO = 'KHR_draco_mesh_compression';

/** Reads and writes bytes; has no way to fetch anything. */
class BytesIO extends PlatformIO {
  protected override readURI(): never {
    throw new Error('resources outside of the file are not read');
  }
  protected override resolve(_base: string, path: string): string {
    return path;
  }
  protected override dirname(): string {
    return '';
  }
}

const io = new BytesIO().registerExtensions(ALL_EXTENSIONS);

/** Decodes a checked GLB, also what Draco or meshopt compressed. Throws Rejection for extensions that nothing here can read. */
export async function readDocument(file: Uint8Array, { extensionsRequired }: Gltf): Promise<Document> {
  const unknown = extensionsRequired.filter((name) => !ALL_EXTENSIONS.some(({ EXTENSION_NAME }) => EXTENSION_NAME === name));
  if (unknown.length > 0) {
    throw new Rejection('unsupported-extension', `The file requires ${unknown.join(', ')}, which cannot be read here.`);
  }
  await Promise.all([MeshoptDecoder.ready, MeshoptEncoder.ready]);
  io.registerDependencies({ 'meshopt.decoder': MeshoptDecoder, 'meshopt.encoder': MeshoptEncoder });
  if (extensionsRequired.includes(DRACO)) {
    const { default: draco } = await import('draco3dgltf');
    io.registerDependencies({ 'draco3d.decoder': await draco.createDecoderModule() });
  }
  const document = (await io.readBinary(file)).setLogger(new Logger(Verbosity.SILENT));
  for (const extension of document.getRoot().listExtensionsUsed()) if (extension instanceof KHRDracoMeshCompression) extension.dispose();
  return document;
}

export const writeDocument = async (document: Document): Promise<Uint8Array<ArrayBuffer>> => io.writeBinary(document);
