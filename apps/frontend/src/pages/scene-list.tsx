import { useCallback } from 'react';
import * as platform from '../api/platform.ts';
import { useListing } from '../api/use-listing.ts';
import { Link } from '../link.tsx';
import { ListingView } from './listing-view.tsx';
import { NameForm } from './name-form.tsx';

interface Props {
  readonly projectId: string;
  readonly canEdit: boolean;
}

export function SceneList({ projectId, canEdit }: Props) {
  const listing = useListing(useCallback((cursor: string | null) => platform.scenes(projectId, cursor), [projectId]));
  const create = async (name: string): Promise<void> => {
    await platform.createScene(projectId, { name });
    listing.reload();
  };
  return (
    <>
      <h2>Scenes</h2>
      {canEdit && <NameForm label="New scene" button="Create" create={create} />}
      <ListingView listing={listing} label="Scenes" empty="There is no scene yet.">
        {({ id, name }) => <Link to={`/projects/${projectId}/scenes/${id}`}>{name}</Link>}
      </ListingView>
    </>
  );
}
