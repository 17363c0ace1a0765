import { RELEASE } from '@devplatform/contracts';
import { serverSeen } from '../api/server-seen.ts';
import { useStore } from '../store.ts';

/** Which release this page is, and which release and slot serves it now. */
export function Badge() {
  const server = useStore(serverSeen);
  return (
    <span
      className={`badge ${server?.slot ?? ''}`}
      data-testid="badge"
      data-page-release={RELEASE}
      data-server-release={server?.release}
      data-slot={server?.slot}
    >
      page v{RELEASE}
      {server !== null && ` · server v${server.release} on ${server.slot}`}
    </span>
  );
}
