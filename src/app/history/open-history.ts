import type { GatewayOptions } from '../../aws/gateway.js';
import { systemClock } from '../../clock.js';
import type { Gateway } from '../../engine/gateway.js';
import { readHistoryAddress, type HistoryAddress } from '../../history/history-address.js';
import { createKeeper, HISTORY_MS, type HistoryKeeper } from '../../history/keeper.js';

/** Where runs are kept. */
export interface HistoryFlags {
  readonly history?: string | undefined;
}

/** The history of a run: where it is, and what keeps this run in it. */
export interface RunHistory {
  readonly address: HistoryAddress;
  readonly keeper: HistoryKeeper;
}

/** The address that was asked for; nothing without one. @throws Failure `usage` */
export function historyAsked({ history = '' }: HistoryFlags): HistoryAddress | undefined {
  return history === '' ? undefined : readHistoryAddress(history);
}

/**
 * Opens the history of a run; nothing is sent yet.
 * @param way to AWS; the history has clients of its own, which no lock holds up
 * @param mask takes secrets of the run out of a text
 * @throws Failure `usage`
 */
export function openHistory(
  flags: HistoryFlags,
  way: GatewayOptions,
  mask: (text: string) => string,
): RunHistory | undefined {
  const address = historyAsked(flags);
  if (address === undefined) return undefined;
  let gateway: Gateway | undefined;
  const answers: (() => void)[] = [];
  const keeper = createKeeper(address, {
    gateway: async () => {
      const { createGateway } = await import('../../aws/gateway.js');
      gateway ??= createGateway({ ...way, answerMs: HISTORY_MS, onAnswer: (cutOff) => void answers.push(cutOff) });
      return gateway;
    },
    cutOff: () => answers.splice(0).forEach((one) => one()),
    sleep: (ms, signal) => systemClock().sleep(ms, signal),
    mask,
  });
  return { address, keeper };
}
