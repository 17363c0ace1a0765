import { SINCE_1_3 } from '@devplatform/contracts';
import { useCallback } from 'react';
import * as platform from '../api/platform.ts';
import type { Annotation } from '../api/platform.ts';
import { useListing } from '../api/use-listing.ts';
import { formText } from '../form-text.ts';
import type { Vector } from '../session/scene-objects.ts';
import { useSubmit } from '../use-submit.ts';
import { ListingView } from './listing-view.tsx';
import { Trouble } from './trouble.tsx';

interface Props {
  readonly projectId: string;
  readonly canEdit: boolean;
  /** Where a new annotation is put, in metres. */
  readonly position: Vector;
  /** The scene that a new annotation belongs to; absent: the project as a whole. */
  readonly sceneId?: string;
}

export function AnnotationPanel({ projectId, canEdit, position, sceneId }: Props) {
  const listing = useListing(useCallback((cursor: string | null) => platform.annotations(projectId, cursor), [projectId]));
  const { busy, error, submit } = useSubmit(async (form: HTMLFormElement) => {
    await platform.annotate(projectId, { body: formText(form, 'body'), position, ...(sceneId !== undefined && { sceneId }) });
    form.reset();
    listing.reload();
  });
  return (
    <>
      <h2>Annotations</h2>
      {canEdit && (
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault();
            submit(event.currentTarget);
          }}
        >
          <label>
            New annotation
            <input name="body" maxLength={4000} required />
          </label>
          <button type="submit" disabled={busy}>
            Add
          </button>
          <Trouble message={error} />
        </form>
      )}
      <ListingView listing={listing} label="Annotations" empty="There is no annotation yet.">
        {(annotation) => (
          <>
            <span className="body">{annotation.body}</span> <small>{annotation.author ?? 'someone who left'}</small>
            {SINCE_1_3 && <Status annotation={annotation} canEdit={canEdit} onResolved={listing.reload} />}
          </>
        )}
      </ListingView>
    </>
  );
}

interface StatusProps {
  readonly annotation: Annotation;
  readonly canEdit: boolean;
  readonly onResolved: () => void;
}

/** From v1.3.0 on. */
function Status({ annotation: { id, status }, canEdit, onResolved }: StatusProps) {
  const { busy, error, submit } = useSubmit(async () => {
    await platform.resolveAnnotation(id);
    onResolved();
  });
  if (status === 'resolved') return <small data-testid="resolved"> ✓ resolved</small>;
  return (
    <>
      {canEdit && (
        <button
          type="button"
          className="quiet"
          data-testid="resolve"
          disabled={busy}
          onClick={() => {
            submit();
          }}
        >
          Resolve
        </button>
      )}
      <Trouble message={error} />
    </>
  );
}
