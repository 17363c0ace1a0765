import type { Peer } from '../session/presence.ts';
import type { SceneItem } from '../session/scene-objects.ts';
import { Swatch } from './swatch.tsx';

interface Props {
  readonly items: readonly SceneItem[];
  readonly peers: readonly Peer[];
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
}

/** The scene without its picture: everything in it can be selected, read and moved from here, also where there is no WebGL. */
export function ObjectList({ items, peers, selected, onSelect }: Props) {
  return (
    <ul data-testid="object-list" aria-label="Objects in this scene">
      {items.map(({ id, name, color, position }) => (
        <li key={id}>
          <button
            type="button"
            className="object"
            aria-pressed={id === selected}
            data-object={id}
            onClick={() => {
              onSelect(id);
            }}
          >
            <Swatch color={color} /> {name} <small>{position.map((value) => value.toFixed(2)).join(' ')}</small>
            {peers
              .filter((peer) => peer.selected === id)
              .map((peer) => (
                <Swatch key={peer.sessionId} color={peer.color} />
              ))}
          </button>
        </li>
      ))}
    </ul>
  );
}
