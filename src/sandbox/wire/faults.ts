import type { Random } from '../random.js';
import type { BreakHow, Fault, Scenario, Window } from '../scenario.js';
import { ServiceFault } from '../world/fault.js';
import type { ServiceName } from '../world/world.js';
import { matchesCalls } from '../calls-pattern.js';

/** What the wire does to one call, decided before it runs. */
export interface Treatment {
  /** Answered instead of running the operation. */
  readonly refusal?: ServiceFault;
  /** The operation runs, but its answer never arrives. */
  readonly replyLost: boolean;
  /** The answer arrives broken; `effect` says whether the operation runs. */
  readonly broken?: { readonly how: BreakHow; readonly effect: boolean };
  /** Milliseconds by which a read looks into the past; absent when reads are fresh. */
  readonly lag?: number;
}

/**
 * Decides what happens to each call from the scenario's faults. Every fault draws from a stream of its
 * own, so that one more fault in a scenario does not change what the others do.
 * @param seconds simulated seconds since the start of the world
 */
export function wireFaults(
  scenario: Scenario,
  random: Random,
): (service: ServiceName, operation: string, seconds: number, key?: string) => Treatment {
  const rules: Rule[] = [];
  let known = 0;
  /** Somebody may add faults while the world runs. */
  const learn = (): void => {
    for (; known < scenario.faults.length; known++) {
      const fault = scenario.faults[known];
      const found = fault && rule(fault, random.fork(`fault ${known}`));
      if (found !== undefined) rules.push(found);
    }
  };
  learn();
  return (service, operation, seconds, key) => {
    learn();
    let refusal: ServiceFault | undefined;
    let replyLost = false;
    let lag: number | undefined;
    let broken: Treatment['broken'];
    for (const { window, matches, treat } of rules) {
      if (!within(window, seconds) || !matches(service, operation)) continue;
      const effect = treat(service, operation, key);
      refusal ??= effect.refusal;
      replyLost ||= effect.replyLost ?? false;
      lag = effect.lag ?? lag;
      broken ??= effect.broken;
    }
    return { ...(refusal && { refusal }), replyLost, ...(broken && { broken }), ...(lag !== undefined && { lag }) };
  };
}

interface Rule {
  readonly window: Window;
  readonly matches: (service: ServiceName, operation: string) => boolean;
  readonly treat: (service: ServiceName, operation: string, key?: string) => Partial<Treatment>;
}

/** Calls that draw from a stream of their own: they came later, and what the others draw is to stay as it was. */
const LATER: ReadonlySet<string> = new Set(['DescribeScheduledActions']);

function rule(fault: Fault, all: Random): Rule | undefined {
  const later = all.fork('later');
  const random = (operation: string): Random => (LATER.has(operation) ? later : all);
  switch (fault.kind) {
    case 'throttle':
      return byRate(fault, random, (service) => ({ refusal: throttled(service, fault.code) }));
    case 'serverError':
      return byRate(fault, random, (service) => ({ refusal: broken(service) }));
    case 'lostReply':
      return byRate(fault, random, () => ({ replyLost: true }));
    case 'brokenAnswer': {
      const broken = { how: fault.how, effect: fault.effect !== 'before' };
      let left = fault.times ?? Infinity;
      return byRate(fault, random, () => (left-- > 0 ? { broken } : {}));
    }
    case 'refuse': {
      let left = fault.times ?? Infinity;
      return {
        window: fault,
        matches: matchesCalls(fault.calls),
        treat: () => (left-- > 0 ? { refusal: refused(fault.code, fault.message) } : {}),
      };
    }
    case 'expireCredentials':
      return {
        window: fault,
        matches: () => true,
        treat: (_service, _operation, key) =>
          key === fault.key
            ? { refusal: refused('ExpiredToken', 'The security token included in the request is expired') }
            : {},
      };
    case 'staleReads':
      return {
        window: fault,
        matches: (service, operation) => service === fault.service && /^(Describe|List|Get)/.test(operation),
        treat: (_, operation) => ({ lag: random(operation).between(0, fault.seconds) * 1000 }),
      };
    case 'alarm':
    case 'metric':
    case 'calendar':
    case 'noCapacity':
    case 'zonalShift':
    case 'launchFails':
    case 'killInstance':
    case 'resize':
    case 'meddle':
    case 'stackFails':
    case 'changeSetFails':
      return undefined; // These happen in the world, not on the way to it.
  }
}

function byRate(
  fault: Window & { readonly calls: string; readonly rate: number },
  random: (operation: string) => Random,
  effect: (service: ServiceName) => Partial<Treatment>,
): Rule {
  return {
    window: fault,
    matches: matchesCalls(fault.calls),
    treat: (service, operation) => (random(operation).chance(fault.rate) ? effect(service) : {}),
  };
}

function within(window: Window, seconds: number): boolean {
  return seconds >= (window.from ?? 0) && seconds < (window.until ?? Infinity);
}

function throttled(service: ServiceName, code: string | undefined): ServiceFault {
  if (code !== undefined) return new ServiceFault(code, 'Rate exceeded');
  if (service === 'ec2') return new ServiceFault('RequestLimitExceeded', 'Request limit exceeded.', 503);
  if (service === 's3') return new ServiceFault('SlowDown', 'Please reduce your request rate.', 503);
  return new ServiceFault('Throttling', 'Rate exceeded');
}

/** An error of the service's own making, in the code that the service uses for it. */
function broken(service: ServiceName): ServiceFault {
  const message = 'We encountered an internal error. Please try again.';
  return new ServiceFault(service === 'ec2' || service === 's3' ? 'InternalError' : 'InternalFailure', message, 500);
}

function refused(code: string, message: string): ServiceFault {
  return new ServiceFault(
    code,
    message,
    /^(AccessDenied|UnauthorizedOperation|ExpiredToken|InvalidClientTokenId|SignatureDoesNotMatch)/.test(code)
      ? 403
      : 400,
  );
}
