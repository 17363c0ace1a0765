/*
 * What the composition root gives to every room, where no class names it. Classes are their own tokens: DataSource
 * (typeorm), ObjectStore (runtime/storage), Registry (prom-client), Database.
 */

/** BackendConfig: the parsed environment. */
export const CONFIG = Symbol('CONFIG');
/** The process's pino logger. */
export const LOGGER = Symbol('LOGGER');
/** ioredis that fails at once while Redis is away: hints, pings, adding jobs. */
export const REDIS = Symbol('REDIS');
