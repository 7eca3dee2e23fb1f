import { AwsFault } from '../../../src/errors.js';
import type { Deps } from '../../../src/engine/deps.js';
import type { ChangeSetRequest, Gateway, StackRequest } from '../../../src/engine/gateway.js';
import { changeStack } from '../../../src/engine/stack/change-stack.js';
import type { RunEvent } from '../../../src/model/event.js';
import type { ChangeSet, ResourceChange } from '../../../src/model/stack/change-set.js';
import type { FailedEvent, Stack, StackEvent, StackResource, TemplateSummary } from '../../../src/model/stack/stack.js';
import type { LoadedTemplate } from '../../../src/model/stack/template.js';
import { SandboxClock } from '../../../src/sandbox/clock.js';
import {
  STACK_TIMING,
  type Resolve,
  type StackChange,
  type StackOrder,
} from '../../../src/engine/stack/stack-change.js';

export const stackId = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/web/1';
export const childId = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/web-child/2';
const stackType = 'AWS::CloudFormation::Stack';

/** `at` seconds after the call: an event, by default of the root stack. */
export interface Beat {
  readonly after: number;
  /** Logical id; `web` means the stack itself, `child` the nested stack itself. */
  readonly id: string;
  readonly status: string;
  readonly type?: string;
  readonly reason?: string;
  readonly in?: 'web' | 'child';
  readonly physicalId?: string;
  readonly token?: string | null;
}

/**
 * A CloudFormation of one stack whose every move is written down in the test. Time is the clock's;
 * faults are queued by method and thrown before the effect, or after it ('lost').
 */
export class ScriptedStack {
  readonly clock = new SandboxClock(Date.parse('2026-03-01T03:00:00Z'));
  readonly emitted: RunEvent[] = [];
  readonly calls: string[] = [];
  readonly requests: StackRequest[] = [];
  /** Change sets that are there, by id. */
  readonly changeSets = new Map<string, ChangeSet & { readonly request: ChangeSetRequest }>();
  /** What the next change sets say that would change. */
  changes: readonly ResourceChange[] = [
    {
      action: 'Modify',
      logicalId: 'Group',
      physicalId: 'Group-1',
      type: 'AWS::AutoScaling::AutoScalingGroup',
      replacement: 'False',
      details: [],
    },
  ];
  findings: readonly FailedEvent[] = [];
  /** Change sets fail with this reason. */
  refuses: string | undefined;
  readonly events: StackEvent[] = [];
  readonly faults: { method: keyof Gateway; fault: AwsFault; lost?: boolean }[] = [];
  stack: Stack | undefined;
  summary: TemplateSummary = {
    parameters: [],
    capabilities: [],
    capabilitiesReason: '',
    transforms: [],
    resourceTypes: [],
  };
  /** What happens after an update or a creation. */
  script: readonly Beat[] = [];
  afterCancel: readonly Beat[] = [];
  answer: 'started' | 'unchanged' = 'started';
  /** Faults that every call of a method meets. */
  readonly always = new Map<keyof Gateway, AwsFault>();
  readonly resources = new Map<string, readonly StackResource[]>();
  onEvents: (read: readonly StackEvent[]) => void = () => undefined;
  onCancel: () => void = () => undefined;
  /** Reads of the stack show what it was this long ago. */
  staleMs = 0;
  readonly #history: { at: number; stack: Stack | undefined }[] = [];
  readonly #interrupt = new AbortController();
  #signal: string | undefined;
  #planned: (() => void)[] = [];
  #forgetful = false;

  constructor(status = 'UPDATE_COMPLETE') {
    if (status !== 'none') {
      const createdAt = this.clock.now() - 86_400_000;
      this.set({
        id: stackId,
        name: 'web',
        status,
        statusReason: '',
        parameters: [],
        capabilities: [],
        outputs: {},
        createdAt,
        updatedAt: createdAt + 1000,
      });
      this.add({ after: 0, id: 'web', status, token: 'an-older-run' }, createdAt + 2000);
    }
  }

  set(stack: Stack): void {
    this.stack = stack;
    this.#history.push({ at: this.clock.now(), stack });
  }

  signalAt(seconds: number, name = 'SIGINT'): void {
    this.clock.after(seconds * 1000, () => {
      this.#signal = name;
      this.#interrupt.abort();
    });
  }

  add(beat: Beat, at = this.clock.now()): void {
    const inChild = beat.in === 'child' || beat.id === 'child';
    const ownId = inChild ? childId : stackId;
    const itself = beat.id === 'web' || beat.id === 'child';
    const token = beat.token === null ? undefined : (beat.token ?? this.requests.at(-1)?.token);
    this.events.push({
      id: `e${this.events.length}`,
      at,
      stackId: ownId,
      stackName: inChild ? 'web-child' : 'web',
      logicalId: beat.id,
      physicalId: beat.physicalId ?? (itself ? ownId : `${beat.id}-1`),
      type: itself ? stackType : (beat.type ?? 'AWS::AutoScaling::AutoScalingGroup'),
      status: beat.status,
      reason: beat.reason ?? '',
      ...(token !== undefined && { token }),
    });
    if (beat.id === 'web' && this.stack !== undefined && at === this.clock.now()) {
      const updatedAt = beat.status === 'UPDATE_IN_PROGRESS' ? at : this.stack.updatedAt;
      this.set({
        ...this.stack,
        status: beat.status,
        statusReason: beat.reason ?? '',
        ...(updatedAt !== undefined && { updatedAt }),
      });
    }
  }

  play(script: readonly Beat[]): void {
    for (const beat of script) this.#planned.push(this.clock.after(beat.after * 1000, () => this.add(beat)));
  }

  gateway(): Gateway {
    const methods: Partial<Gateway> = {
      describeStack: () => Promise.resolve(this.#past()),
      stackEvents: (id, until) => {
        const read: StackEvent[] = [];
        for (const event of this.events.filter((candidate) => candidate.stackId === id).reverse()) {
          if (until(event)) break;
          read.push(event);
        }
        this.onEvents(read);
        return Promise.resolve(read);
      },
      templateSummary: () => Promise.resolve(this.summary),
      validateTemplate: () => Promise.resolve(),
      updateStack: (request) => {
        if (this.#forgetful && this.requests.length > 0) this.answer = 'unchanged';
        else this.#refuseTwice(request);
        if (this.answer === 'unchanged') return Promise.resolve('unchanged');
        this.#begin(request);
        return Promise.resolve('started');
      },
      createStack: (request) => {
        this.#refuseTwice(request);
        this.set({
          id: stackId,
          name: 'web',
          status: 'CREATE_IN_PROGRESS',
          statusReason: '',
          parameters: [],
          capabilities: [],
          outputs: {},
        });
        this.#begin(request);
        return Promise.resolve(stackId);
      },
      createChangeSet: (request) => {
        const id = `arn:changeSet/${request.name}`;
        if (request.type === 'CREATE' && this.stack === undefined) {
          this.set({
            id: stackId,
            name: 'web',
            status: 'REVIEW_IN_PROGRESS',
            statusReason: '',
            parameters: [],
            capabilities: [],
            outputs: {},
          });
          this.add({ after: 0, id: 'web', status: 'REVIEW_IN_PROGRESS', token: null });
        }
        const reason =
          this.answer === 'unchanged'
            ? "The submitted information didn't contain changes. Submit different information."
            : (this.refuses ?? '');
        const status = reason === '' ? 'CREATE_COMPLETE' : 'FAILED';
        this.changeSets.set(id, {
          id,
          name: request.name,
          stackId,
          stackName: 'web',
          status,
          executionStatus: reason === '' ? 'AVAILABLE' : 'UNAVAILABLE',
          reason,
          parameters: [],
          changes: this.changes,
          request,
        });
        return Promise.resolve({ id, stackId });
      },
      describeChangeSet: (id) => {
        const found = this.changeSets.get(id);
        return found === undefined ? Promise.reject(fault('missing', 'ChangeSetNotFound')) : Promise.resolve(found);
      },
      listChangeSets: () => Promise.resolve([...this.changeSets.values()]),
      deleteChangeSet: (id) => {
        this.changeSets.delete(id);
        return Promise.resolve();
      },
      deleteStack: () => {
        this.stack = undefined;
        return Promise.resolve();
      },
      failedEvents: () => Promise.resolve(this.findings),
      executeChangeSet: (id, token) => {
        const { request } = this.changeSets.get(id) as { request: ChangeSetRequest };
        if (this.requests.length > 0)
          return Promise.reject(
            new AwsFault(
              'invalid',
              'cloudformation:ExecuteChangeSet',
              'InvalidChangeSetStatus',
              'ChangeSet cannot be executed in its current execution status of [EXECUTE_COMPLETE]',
            ),
          );
        this.#refuseTwice({ ...request, token });
        if (request.type === 'CREATE') this.set({ ...this.stack!, status: 'CREATE_IN_PROGRESS' });
        this.#begin({ ...request, token });
        return Promise.resolve();
      },
      listResources: (id) => Promise.resolve(this.resources.get(id) ?? []),
      cancelUpdate: () => {
        this.onCancel();
        for (const undo of this.#planned) undo();
        this.play(this.afterCancel);
        return Promise.resolve();
      },
    };
    return new Proxy({} as Gateway, {
      get:
        (_, name: keyof Gateway) =>
        async (...args: never[]) => {
          this.calls.push(name);
          const index = this.faults.findIndex(({ method }) => method === name);
          const fault = index < 0 ? undefined : this.faults.splice(index, 1)[0];
          const always = this.always.get(name);
          if (always !== undefined) throw always;
          if (fault !== undefined && fault.lost !== true) throw fault.fault;
          const method = methods[name] as ((...given: never[]) => Promise<unknown>) | undefined;
          if (method === undefined) throw new Error(`${name} is not scripted`);
          const answer = await method(...args);
          if (fault !== undefined) throw fault.fault;
          return answer;
        },
    });
  }

  deps(): Deps {
    const signal = (): string | undefined => this.#signal;
    return {
      gateway: this.gateway(),
      clock: this.clock,
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

  change(order: Partial<StackOrder> = {}, resolve?: Resolve): Promise<StackChange> {
    return changeStack(
      this.deps(),
      {
        stack: 'web',
        template: template(),
        given: [],
        token: 'ha-updater-r1',
        timing: STACK_TIMING,
        onInterrupt: 'cancel',
        ...order,
      },
      resolve,
    );
  }

  /** From now on a second call finds nothing left to do, instead of its token used. */
  forgetTokens(): void {
    this.#forgetful = true;
  }

  ofType<T extends RunEvent['type']>(type: T): Extract<RunEvent, { type: T }>[] {
    return this.emitted.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);
  }

  count(method: keyof Gateway): number {
    return this.calls.filter((name) => name === method).length;
  }

  #begin(request: StackRequest): void {
    this.requests.push(request);
    this.play(this.script);
  }

  #refuseTwice(request: StackRequest): void {
    if (this.requests.some(({ token }) => token === request.token)) {
      throw new AwsFault(
        'invalid',
        'cloudformation:UpdateStack',
        'TokenAlreadyExistsException',
        'token already exists',
      );
    }
  }

  #past(): Stack | undefined {
    if (this.staleMs === 0) return this.stack;
    const when = this.clock.now() - this.staleMs;
    return (this.#history.findLast(({ at }) => at <= when) ?? this.#history[0])?.stack;
  }
}

export function template(change: Partial<LoadedTemplate> = {}): LoadedTemplate {
  return {
    source: { kind: 'body', text: 'Resources: {}' },
    origin: 'web.yml',
    bytes: 13,
    resources: 1,
    declared: [],
    findings: [],
    ...change,
  };
}

export function fault(kind: AwsFault['kind'], code = 'Throttling', message = 'Rate exceeded'): AwsFault {
  return new AwsFault(kind, 'cloudformation:Some', code, message);
}

/** A good update of 40 seconds. */
export const goodUpdate: readonly Beat[] = [
  { after: 1, id: 'web', status: 'UPDATE_IN_PROGRESS', reason: 'User Initiated' },
  { after: 3, id: 'Lc', status: 'UPDATE_IN_PROGRESS', type: 'AWS::AutoScaling::LaunchConfiguration' },
  { after: 8, id: 'Lc', status: 'UPDATE_COMPLETE', type: 'AWS::AutoScaling::LaunchConfiguration' },
  { after: 9, id: 'Group', status: 'UPDATE_IN_PROGRESS' },
  { after: 30, id: 'Group', status: 'UPDATE_COMPLETE' },
  { after: 31, id: 'web', status: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' },
  { after: 40, id: 'web', status: 'UPDATE_COMPLETE' },
];

/** An update whose group fails, rolled back after 60 seconds. */
export const badUpdate: readonly Beat[] = [
  { after: 1, id: 'web', status: 'UPDATE_IN_PROGRESS' },
  { after: 3, id: 'Group', status: 'UPDATE_IN_PROGRESS' },
  { after: 4, id: 'Topic', status: 'UPDATE_IN_PROGRESS', type: 'AWS::SNS::Topic' },
  { after: 20, id: 'Group', status: 'UPDATE_FAILED', reason: 'The image id ami-0 does not exist' },
  { after: 20, id: 'Topic', status: 'UPDATE_FAILED', type: 'AWS::SNS::Topic', reason: 'Resource update cancelled' },
  {
    after: 21,
    id: 'web',
    status: 'UPDATE_ROLLBACK_IN_PROGRESS',
    reason: 'The following resource(s) failed to update: [Group, Topic].',
  },
  { after: 40, id: 'Group', status: 'UPDATE_COMPLETE' },
  { after: 60, id: 'web', status: 'UPDATE_ROLLBACK_COMPLETE' },
];
