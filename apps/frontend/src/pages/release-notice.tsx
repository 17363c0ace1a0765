import { RELEASE } from '@devplatform/contracts';
import { useStore } from '../store.ts';
import { updater } from '../update/this-page.ts';
import type { UpdateState } from '../update/updater.ts';
import { useSubmit } from '../use-submit.ts';
import { Trouble } from './trouble.tsx';

/** Says that the platform runs another release than this page, and reloads at the user's word, when everything is saved. */
export function ReleaseNotice() {
  const update = useStore(updater.state);
  const { busy, error, submit } = useSubmit(() => updater.take());
  if (update.need === 'none') return null;
  return (
    <aside role="status" className="notice" data-testid="release-notice" data-need={update.need} data-tried={update.tried}>
      {wordsFor(update)}{' '}
      <button
        type="button"
        disabled={busy}
        onClick={() => {
          submit();
        }}
      >
        {busy ? 'Saving first…' : 'Reload'}
      </button>
      <Trouble message={error} />
    </aside>
  );
}

function wordsFor({ need, release, tried }: UpdateState): string {
  if (need === 'repair') {
    return tried
      ? 'A part of this page could not be loaded, also after a reload. Everything else works; try again in a while.'
      : 'A part of this page could not be loaded. A reload should bring it; what is open is saved first.';
  }
  if (need === 'offered') return `The platform now runs v${release}; this page is of v${RELEASE}.`;
  return tried
    ? `The platform runs v${release} and no longer serves pages of v${RELEASE}, but a reload brought no newer one. Try again in a while.`
    : `The platform now runs v${release} and no longer serves pages of v${RELEASE}: this page saves what is open, then it reloads.`;
}
