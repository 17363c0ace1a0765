import type { ReactNode } from 'react';
import type { Listing } from '../api/use-listing.ts';
import { Trouble } from './trouble.tsx';

interface Props<T> {
  readonly listing: Listing<T>;
  readonly label: string;
  readonly empty: string;
  readonly children: (item: T) => ReactNode;
}

/** A list with its states: loading, failed, empty, more to come. */
export function ListingView<T extends { readonly id: string }>({ listing, label, empty, children }: Props<T>) {
  const { items, error, hasMore, more, reload } = listing;
  return (
    <>
      <Trouble message={error} />
      {error !== null && (
        <button type="button" onClick={reload}>
          Try again
        </button>
      )}
      {items === null ? (
        error === null && <p>Loading…</p>
      ) : items.length === 0 ? (
        <p className="faint">{empty}</p>
      ) : (
        <ul aria-label={label}>
          {items.map((item) => (
            <li key={item.id}>{children(item)}</li>
          ))}
        </ul>
      )}
      {hasMore && (
        <button type="button" onClick={more}>
          More
        </button>
      )}
    </>
  );
}
