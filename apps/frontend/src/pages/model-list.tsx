import type { Model } from '../api/platform.ts';
import type { Listing } from '../api/use-listing.ts';
import { ListingView } from './listing-view.tsx';

const MEGABYTE = 1024 * 1024;

export function ModelList({ listing }: { readonly listing: Listing<Model> }) {
  return (
    <ListingView listing={listing} label="Models" empty="There is no model yet.">
      {({ name, latest }) => (
        <div className="model">
          {latest?.urls && <img src={latest.urls.thumbnail} alt="" width={48} height={48} loading="lazy" />}
          <span>
            {name}
            {latest !== null && (
              <small>
                {' '}
                version {latest.number}, {(latest.size / MEGABYTE).toFixed(1)} MB, {latest.error ?? latest.status}
              </small>
            )}
          </span>
        </div>
      )}
    </ListingView>
  );
}
