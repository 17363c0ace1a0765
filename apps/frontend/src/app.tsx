import { Link } from './link.tsx';
import { AccountMenu } from './pages/account-menu.tsx';
import { Badge } from './pages/badge.tsx';
import { ProjectPage } from './pages/project-page.tsx';
import { ProjectsPage } from './pages/projects-page.tsx';
import { ReleaseNotice } from './pages/release-notice.tsx';
import { ScenePage } from './pages/scene-page.tsx';
import { SignInPage } from './pages/sign-in-page.tsx';
import type { Route } from './route.ts';
import { useRoute } from './router.ts';

export function App() {
  const route = useRoute();
  return (
    <>
      <header className="top">
        <Link to="/">devplatform</Link>
        <Badge />
        <AccountMenu />
      </header>
      <ReleaseNotice />
      <main>
        <Page route={route} />
      </main>
    </>
  );
}

function Page({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'projects':
      return <ProjectsPage />;
    case 'sign-in':
      return <SignInPage />;
    case 'project':
      return <ProjectPage key={route.projectId} projectId={route.projectId} />;
    case 'scene':
      return <ScenePage key={route.sceneId} projectId={route.projectId} sceneId={route.sceneId} />;
    case 'unknown':
      return <p>There is no such page.</p>;
  }
}
