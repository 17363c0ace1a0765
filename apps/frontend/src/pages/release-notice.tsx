import { RELEASE } from '@devplatform/contracts';
import { serverSeen } from '../api/server-seen.ts';
import { reloadSafely } from '../safe-point.ts';
import { useStore } from '../store.ts';
import { useSubmit } from '../use-submit.ts';
import { Trouble } from './trouble.tsx';

/** Offers the release that the server has; taken at the user's word, and when nothing is unsaved. */
export function ReleaseNotice() {
  const server = useStore(serverSeen);
  const { busy, error, submit } = useSubmit(() => reloadSafely());
  if (server === null || server.release === RELEASE) return null;
  return (
    <aside role="status" className="notice" data-testid="release-notice">
      A new release is available: v{server.release}.{' '}
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
