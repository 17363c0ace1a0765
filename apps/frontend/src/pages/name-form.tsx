import { formText } from '../form-text.ts';
import { useSubmit } from '../use-submit.ts';
import { Trouble } from './trouble.tsx';

interface Props {
  readonly label: string;
  readonly button: string;
  readonly create: (name: string) => Promise<unknown>;
}

/** Creates something that needs nothing but a name. */
export function NameForm({ label, button, create }: Props) {
  const { busy, error, submit } = useSubmit(async (form: HTMLFormElement) => {
    await create(formText(form, 'name'));
    form.reset();
  });
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        submit(event.currentTarget);
      }}
    >
      <label>
        {label}
        <input name="name" maxLength={200} required />
      </label>
      <button type="submit" disabled={busy}>
        {button}
      </button>
      <Trouble message={error} />
    </form>
  );
}
