import { useId, useState } from 'react';
import type { SceneObjects } from '../session/scene-objects.ts';
import { newObject } from './new-object.ts';
import type { ShownModel } from './use-models.ts';

interface Props {
  readonly objects: SceneObjects;
  readonly models: readonly ShownModel[];
  readonly selected: string | null;
  readonly onSelect: (id: string | null) => void;
}

export function Toolbar({ objects, models, selected, onSelect }: Props) {
  const [versionId, setVersionId] = useState('');
  const kind = useId();
  return (
    <div className="row" role="toolbar" aria-label="Edit the scene">
      <label htmlFor={kind}>Object</label>
      <select
        id={kind}
        value={versionId}
        onChange={(event) => {
          setVersionId(event.target.value);
        }}
      >
        <option value="">Box</option>
        {models.map((model) => (
          <option key={model.versionId} value={model.versionId}>
            {model.name}
          </option>
        ))}
      </select>
      <button
        type="button"
        data-testid="add-object"
        onClick={() => {
          onSelect(objects.add(newObject(objects.items.length, models.find((model) => model.versionId === versionId) ?? null)));
        }}
      >
        Add
      </button>
      <button
        type="button"
        disabled={selected === null}
        onClick={() => {
          if (selected !== null) objects.remove(selected);
          onSelect(null);
        }}
      >
        Remove
      </button>
      <button
        type="button"
        onClick={() => {
          objects.undo();
        }}
      >
        Undo
      </button>
    </div>
  );
}
