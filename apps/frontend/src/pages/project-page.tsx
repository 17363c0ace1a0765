import { useCallback, useEffect } from 'react';
import * as platform from '../api/platform.ts';
import type { Project } from '../api/platform.ts';
import { useListing } from '../api/use-listing.ts';
import { useLoaded } from '../api/use-loaded.ts';
import { UploadPanel } from '../upload/upload-panel.tsx';
import { AnnotationPanel } from './annotation-panel.tsx';
import { ModelList } from './model-list.tsx';
import { SceneList } from './scene-list.tsx';
import { TaskList } from './task-list.tsx';
import { Trouble } from './trouble.tsx';

export function ProjectPage({ projectId }: { readonly projectId: string }) {
  const { value: project, error } = useLoaded(useCallback(() => platform.project(projectId), [projectId]));
  return (
    <section>
      <Trouble message={error} />
      {project !== null && <ProjectView project={project} />}
    </section>
  );
}

function ProjectView({ project: { id, name, description, role } }: { readonly project: Project }) {
  const canEdit = role === 'editor' || role === 'admin';
  const models = useListing(useCallback((cursor: string | null) => platform.models(id, cursor), [id]));
  const tasks = useListing(useCallback((cursor: string | null) => platform.tasks(id, cursor), [id]));
  const { reload: reloadModels } = models;
  const { reload: reloadTasks } = tasks;
  const finished = tasks.items?.filter(({ finishedAt }) => finishedAt !== null).length ?? 0;
  useEffect(() => {
    // Each task that ends has made a model ready, or rejected it.
    if (finished > 0) reloadModels();
  }, [finished, reloadModels]);
  const onStored = (): void => {
    reloadModels();
    reloadTasks();
  };
  return (
    <>
      <h1>{name}</h1>
      {description !== '' && <p>{description}</p>}
      <div className="columns">
        <div>
          <SceneList projectId={id} canEdit={canEdit} />
          <AnnotationPanel projectId={id} canEdit={canEdit} position={[0, 0, 0]} />
        </div>
        <div>
          <h2>Models</h2>
          {canEdit && <UploadPanel projectId={id} models={models.items ?? []} onStored={onStored} />}
          <ModelList listing={models} />
          <TaskList listing={tasks} />
        </div>
      </div>
    </>
  );
}
