import { createElement, StrictMode } from 'react';
import type { ComponentType } from 'react';
import { act, create } from 'react-test-renderer';
import type { ReactTestRenderer } from 'react-test-renderer';

export interface Rendered {
  /** What is on the screen, once whatever is due by now has been done. */
  shown(): Promise<unknown>;
  unmount(): void;
}

/** Lets React say when something is updated outside of `act`. */
Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

/** Renders a component as React does in development, in StrictMode: each effect is begun, ended and begun again. */
export async function renderInStrictMode<Props extends object>(
  component: ComponentType<Props>,
  props: Props,
): Promise<Rendered> {
  let renderer: ReactTestRenderer | undefined;
  await act(async () => {
    renderer = create(createElement(StrictMode, null, createElement(component, props)));
  });
  return {
    async shown() {
      await act(async () => undefined);
      return renderer?.toJSON();
    },
    unmount() {
      act(() => {
        renderer?.unmount();
      });
    },
  };
}
