import type { Slot } from '@devplatform/contracts';

export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly slot: Slot;
  /** Folder of the hashed assets of all releases; null: only this release's own are served. */
  readonly assetDepot: string | null;
}

/** Reads HOST, PORT, SLOT and ASSET_DEPOT. By hand and not with zod, which would add a quarter to this process's memory. */
export function parseServerConfig(env: NodeJS.ProcessEnv): ServerConfig {
  const slot = env.SLOT || 'blue';
  if (slot !== 'blue' && slot !== 'green') throw new Error('SLOT must be blue or green; nothing was started');
  const port = Number(env.PORT || 5173);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT must be a number from 0 to 65535; nothing was started');
  return { host: env.HOST || '127.0.0.1', port, slot, assetDepot: env.ASSET_DEPOT || null };
}
