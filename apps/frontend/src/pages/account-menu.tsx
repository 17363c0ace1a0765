import { useEffect } from 'react';
import { account } from '../api/account.ts';
import * as platform from '../api/platform.ts';
import { Link } from '../link.tsx';
import { useStore } from '../store.ts';

export function AccountMenu() {
  const current = useStore(account);
  const token = current?.token;
  useEffect(() => {
    // A token that is no longer accepted signs out (ApiClient); while the server is away it stays.
    if (token !== undefined) platform.me().catch(() => undefined);
  }, [token]);
  if (current === null) return <Link to="/sign-in">Sign in</Link>;
  return (
    <span>
      {current.user.name}{' '}
      <button
        type="button"
        className="quiet"
        onClick={() => {
          account.set(null);
        }}
      >
        Sign out
      </button>
    </span>
  );
}
