import { describe, expect, it } from '@jest/globals';
import { isFinal, State, transition, TRANSITIONS, type Event } from './transition.ts';

describe('transition', () => {
  it('allows the front door to move only after the gates', () => {
    expect(State.options.filter((state) => TRANSITIONS[state].switch !== undefined)).toEqual(['proven', 'sound']);
    const into = (wanted: State): string[] =>
      State.options.flatMap((state) =>
        Object.entries(TRANSITIONS[state]).flatMap(([event, next]) => (next === wanted ? [`${state} ${event}`] : [])),
      );
    expect([...into('proven'), ...into('ready'), ...into('sound')]).toEqual(['ready smoke', 'deployed readiness', 'reopened standby']);
  });

  it('throws on an illegal transition', () => {
    expect(() => transition('deployed', 'switch')).toThrow('illegal transition: switch in state deployed');
    for (const end of ['done', 'undone', 'stranded'] as const)
      for (const event of ['turn-back', 'strand', 'switch', 'finish'] as const) expect(() => transition(end, event)).toThrow('illegal');
  });

  it('can turn back or strand everywhere but at an end, and every state can be reached', () => {
    const reached = new Set<State>(['locked']);
    for (const state of reached) {
      if (!isFinal(state)) reached.add(transition(state, 'turn-back')).add(transition(state, 'strand'));
      for (const event of Object.keys(TRANSITIONS[state]) as Event[]) reached.add(transition(state, event));
    }
    expect([...reached].sort()).toEqual([...State.options].sort());
  });
});
