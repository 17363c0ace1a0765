import type { SaveMark as Mark } from '../session/open-scene.ts';

const WORDS: Record<Mark, string> = { connecting: 'connecting…', saved: 'saved', saving: 'saving…', offline: 'offline', closed: 'closed' };

/** `saved` appears when the server has committed everything, not before. */
export function SaveMark({ mark }: { readonly mark: Mark }) {
  return (
    <span role="status" className={`mark ${mark}`} data-testid="save-mark" data-mark={mark}>
      {WORDS[mark]}
    </span>
  );
}
