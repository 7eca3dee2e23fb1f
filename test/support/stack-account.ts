import { createGateway } from '../../src/aws/gateway.js';
import type { Deps } from '../../src/engine/deps.js';
import { changeStack } from '../../src/engine/stack/change-stack.js';
import { STACK_TIMING, type Resolve, type StackChange, type StackOrder } from '../../src/engine/stack/stack-change.js';
import { retrying } from '../../src/engine/retrying-gateway.js';
import type { RunEvent } from '../../src/model/event.js';
import { createSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { DEFAULT_SCENARIO, type Scenario } from '../../src/sandbox/scenario.js';
import { loadTemplate } from '../../src/template/load.js';

/** The real SDK talking to the simulated AWS, on the simulated clock. */
export class StackAccount {
  readonly sandbox: Sandbox;
  readonly emitted: RunEvent[] = [];
  readonly #interrupt = new AbortController();
  #signal: string | undefined;
  #runs = 0;

  constructor(scenario: Partial<Scenario>) {
    this.sandbox = createSandbox({ ...DEFAULT_SCENARIO, ...scenario });
  }

  get deps(): Deps {
    const signal = (): string | undefined => this.#signal;
    const { region, credentials, requestHandler } = this.sandbox.clientConfig();
    return {
      gateway: createGateway({
        region,
        credentials: () => Promise.resolve(credentials),
        requestHandler,
        agent: { version: 'test', command: 'update-stack' },
      }),
      clock: this.sandbox.clock,
      emit: (event) => this.emitted.push(event),
      holderIsGone: () => false,
      interrupt: {
        get received() {
          return signal();
        },
        wake: this.#interrupt.signal,
      },
    };
  }

  signalAfter(seconds: number): void {
    this.sandbox.clock.after(seconds * 1000, () => {
      this.#signal = 'SIGINT';
      this.#interrupt.abort();
    });
  }

  /** As update-stack does it; without a template the stack's own. */
  async change(
    parameters: Readonly<Record<string, string>>,
    text?: string,
    order: Partial<StackOrder> = {},
    resolve?: Resolve,
    deps: Deps = this.deps,
  ): Promise<StackChange> {
    const none = (): Promise<string> => Promise.reject(new Error('not expected'));
    const io = {
      readFile: () => Promise.resolve(text ?? ''),
      fetchText: none,
      readObject: none,
      stackTemplate: (stack: string) => retrying(deps).stackTemplate(stack),
    };
    return changeStack(
      deps,
      {
        stack: 'web',
        template: await loadTemplate(text === undefined ? undefined : 'web.yml', 'web', io),
        given: Object.entries(parameters).map(([key, value]) => ({ key, value })),
        token: `ha-updater-r${++this.#runs}`,
        timing: STACK_TIMING,
        onInterrupt: 'cancel',
        ...order,
      },
      resolve,
    );
  }
}
