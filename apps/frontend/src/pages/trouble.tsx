/** What went wrong, as text; nothing when nothing did. */
export function Trouble({ message }: { readonly message: string | null }) {
  return message === null ? null : (
    <p role="alert" className="trouble">
      {message}
    </p>
  );
}
