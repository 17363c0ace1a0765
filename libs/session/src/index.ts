export type { Phase, SessionEvent, SessionOptions } from './events.ts';
export type { Socket, SocketConstructor } from './link.ts';
export type { PresenceState } from './presence.ts';
export { SceneSession } from './session.ts';
