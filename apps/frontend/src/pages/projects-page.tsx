import { useState } from 'react';
import { account } from '../api/account.ts';
import * as platform from '../api/platform.ts';
import { useListing } from '../api/use-listing.ts';
import { Link } from '../link.tsx';
import { navigate } from '../router.ts';
import { useStore } from '../store.ts';
import { ListingView } from './listing-view.tsx';
import { NameForm } from './name-form.tsx';

export function ProjectsPage() {
  const signedIn = useStore(account) !== null;
  return (
    <section>
      <h1>Projects</h1>
      {signedIn ? <NewProjectForm /> : <p className="faint">Public projects can be read by everyone; sign in to create or change one.</p>}
      <ProjectList key={String(signedIn)} />
    </section>
  );
}

function NewProjectForm() {
  const [isPublic, setIsPublic] = useState(false);
  return (
    <>
      <NameForm
        label="New project"
        button="Create"
        create={async (name) => {
          const { id } = await platform.createProject({ name, visibility: isPublic ? 'public' : 'private' });
          navigate(`/projects/${id}`);
        }}
      />
      <label className="check">
        <input
          type="checkbox"
          checked={isPublic}
          onChange={(event) => {
            setIsPublic(event.target.checked);
          }}
        />
        Everyone may read it
      </label>
    </>
  );
}

function ProjectList() {
  const listing = useListing(platform.projects);
  return (
    <ListingView listing={listing} label="Projects" empty="There is no project yet.">
      {({ id, name, description, visibility, role }) => (
        <>
          <Link to={`/projects/${id}`}>{name}</Link> <small>{role ?? visibility}</small>
          {description !== '' && <p className="faint">{description}</p>}
        </>
      )}
    </ListingView>
  );
}
