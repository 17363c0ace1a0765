/** Who is asking, and what they may do in one scene. */
export interface SceneGrant {
  /** Null: anonymous. */
  userId: string | null;
  role: 'viewer' | 'editor' | 'admin';
  /** Milliseconds since 1970 when the token runs out; null: never. */
  expiresAt: number | null;
}
export type SceneDenial = 'unauthenticated' | 'forbidden' | 'unknown-scene';

/** What the gateway asks at each hello. May throw when the database is away: the client is then told to come back. */
export abstract class SceneAccess {
  abstract check(token: string | undefined, sceneId: string): Promise<SceneGrant | SceneDenial>;
}

/** Public HTTP requests of this slot that have begun and not ended. */
export abstract class HttpInFlight {
  abstract count(): number;
}
