import { useState } from 'react';
import { account } from '../api/account.ts';
import * as platform from '../api/platform.ts';
import { formText } from '../form-text.ts';
import { navigate } from '../router.ts';
import { useSubmit } from '../use-submit.ts';
import { Trouble } from './trouble.tsx';

export function SignInPage() {
  const [isNew, setIsNew] = useState(false);
  const { busy, error, submit } = useSubmit(async (form: HTMLFormElement) => {
    const credentials = { email: formText(form, 'email'), password: formText(form, 'password') };
    const token = isNew ? platform.register({ ...credentials, name: formText(form, 'name') }) : platform.signIn(credentials);
    account.signIn(await token);
    navigate('/');
  });
  return (
    <section className="narrow">
      <h1>{isNew ? 'Register' : 'Sign in'}</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit(event.currentTarget);
        }}
      >
        <label>
          E-mail
          <input name="email" type="email" autoComplete="email" required />
        </label>
        {isNew && (
          <label>
            Name that others see
            <input name="name" autoComplete="name" maxLength={100} required />
          </label>
        )}
        <label>
          Password{isNew && ', at least 10 characters'}
          <input
            name="password"
            type="password"
            autoComplete={isNew ? 'new-password' : 'current-password'}
            minLength={isNew ? 10 : 1}
            required
          />
        </label>
        <Trouble message={error} />
        <button type="submit" disabled={busy}>
          {isNew ? 'Register' : 'Sign in'}
        </button>
        <button
          type="button"
          className="quiet"
          onClick={() => {
            setIsNew(!isNew);
          }}
        >
          {isNew ? 'I have an account' : 'I am new here'}
        </button>
      </form>
    </section>
  );
}
