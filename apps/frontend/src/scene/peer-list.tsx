import type { Peer } from '../session/presence.ts';
import type { SceneItem } from '../session/scene-objects.ts';
import { Swatch } from './swatch.tsx';

interface Props {
  readonly peers: readonly Peer[];
  readonly items: readonly SceneItem[];
}

export function PeerList({ peers, items }: Props) {
  return (
    <>
      <h2>Also here</h2>
      <ul data-testid="peer-list" aria-label="Others in this scene">
        {peers.map(({ sessionId, name, color, selected }) => (
          <li key={sessionId} data-session={sessionId}>
            <Swatch color={color} /> {name}
            <small> {items.find(({ id }) => id === selected)?.name}</small>
          </li>
        ))}
      </ul>
      {peers.length === 0 && <p className="faint">Nobody else.</p>}
    </>
  );
}
