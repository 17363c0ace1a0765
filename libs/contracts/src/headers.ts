/** Every public answer carries these two; the front door's truth is read from them. */
export const VERSION_HEADER = 'x-api-version';
export const SLOT_HEADER = 'x-slot';
/** A page says with each request which release it was loaded from. */
export const CLIENT_RELEASE_HEADER = 'x-client-release';
/** Repeating a mutation with the same key (1–200 printable characters) applies it once and repeats the answer. */
export const IDEMPOTENCY_HEADER = 'idempotency-key';
/** One loaded page (a UUID that it makes when it starts): the ledger's name for it. */
export const PAGE_ID_HEADER = 'x-page-id';
/** Every public answer: the oldest page release that this API still serves. An older page saves, then reloads. */
export const MINIMUM_CLIENT_HEADER = 'x-minimum-client';
