import { useEffect } from 'react';
import type { Task } from '../api/platform.ts';
import type { Listing } from '../api/use-listing.ts';
import { ListingView } from './listing-view.tsx';

/** Milliseconds between two looks while something is being processed. */
const LOOK_AGAIN = 1500;

export function TaskList({ listing }: { readonly listing: Listing<Task> }) {
  const { items, reload } = listing;
  const isBusy = items?.some(({ finishedAt }) => finishedAt === null) ?? false;
  useEffect(() => {
    if (!isBusy) return;
    const timer = setInterval(reload, LOOK_AGAIN);
    return () => {
      clearInterval(timer);
    };
  }, [isBusy, reload]);
  return (
    <>
      <h2>Processing</h2>
      <ListingView listing={listing} label="Processing tasks" empty="Nothing was processed yet.">
        {({ id, status, progress, step, error }) => (
          <span data-status={status}>
            <code>{id.slice(0, 8)}</code> {status}
            {status === 'running' && (
              <>
                {' '}
                <progress max={100} value={progress} aria-label={`Task ${id.slice(0, 8)}`} /> {step}
              </>
            )}
            {error !== null && <span className="trouble"> {error}</span>}
          </span>
        )}
      </ListingView>
    </>
  );
}
