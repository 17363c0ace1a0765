import { OBSERVERS, type Call, type ObserverKind, type Reply } from './observers.ts';

/* The observer's half of observer-process.ts: makes one observer and calls its methods as it is told. */

const [kind] = process.argv.slice(2);
const { OBSERVER_LOAD: load } = process.env;
if (kind === undefined || !Object.hasOwn(OBSERVERS, kind) || load === undefined)
  throw new Error('usage: OBSERVER_LOAD=JSON observer-main.ts KIND');
const Observer = OBSERVERS[kind as ObserverKind] as unknown as new (load: unknown) => Record<string, (argument: unknown) => unknown>;
const observer = new Observer(JSON.parse(load));

process.on('message', ({ id, method, argument }: Call) => {
  void answer(id, method, argument).then((reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; who started us decides when we end.
process.on('SIGINT', () => undefined);

async function answer(id: number, method: string, argument: unknown): Promise<Reply> {
  try {
    return { id, value: await observer[method]?.(argument) };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
