import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Call, ObserverKind, Observers, Reply } from './observers.ts';

/** The methods of an observer, as promises. */
type Remote<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;
};

/** An observer in a process of its own, so that what it measures does not wait for what the test does. */
export class ObserverProcess<K extends ObserverKind> implements AsyncDisposable {
  readonly observer: Remote<InstanceType<Observers[K]>>;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #calls = 0;

  constructor(kind: K, load: ConstructorParameters<Observers[K]>[0]) {
    const main = fileURLToPath(new URL('./observer-main.ts', import.meta.url));
    this.#child = fork(main, [kind], {
      // Not an argument: it has a token in it, and everybody may read arguments.
      env: { ...process.env, OBSERVER_LOAD: JSON.stringify(load) },
      serialization: 'advanced',
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // A session of its own: Linux shares the processors out by session. It ends when we let go of it, or are gone.
      detached: true,
    });
    this.#child.on('message', (reply: Reply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ('error' in reply) waiting?.reject(new Error(`the ${kind} observer: ${reply.error}`));
      else waiting?.resolve(reply.value);
    });
    this.#child.on('exit', (code, signal) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the ${kind} observer ended with ${String(code ?? signal)}`));
      this.#waiting.clear();
    });
    this.observer = new Proxy({} as Remote<InstanceType<Observers[K]>>, {
      get: (_target, method) => (argument: unknown) => this.#call(String(method), argument),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    else this.#child.kill('SIGKILL');
    await ended;
  }

  #call(method: string, argument: unknown): Promise<unknown> {
    this.#calls += 1;
    const call: Call = { id: this.#calls, method, argument };
    return new Promise((resolve, reject) => {
      this.#waiting.set(call.id, { resolve, reject });
      this.#child.send(call, (error) => {
        if (error !== null) reject(error);
      });
    });
  }
}
