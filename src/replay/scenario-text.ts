import { stringify } from 'yaml';
import { command, commandText, type NextCommand } from '../text/commands/next-command.js';
import type { Replay, ReplayGroup, Trouble } from './replay.js';
import { replayTemplate, type Network } from './template.js';

/** Name of the stack in the sandbox. */
const STACK = 'replay';
const TEMPLATE = 'replay/template.json';

/** Ids of images that belong to nobody: `old` is what all groups begin with. */
const OLD_IMAGE = 'ami-00000000000000a01';
const newImage = (index: number): string => `ami-000000000000b${String(index + 1).padStart(4, '0')}`;

/** What makes the world in the sandbox, and what plays the run again in it. */
export interface ReplayCommands {
  readonly create: NextCommand;
  readonly play: NextCommand;
}

/** The commands, to be typed where the sandbox runs. */
export function replayCommands({ groups, flags }: Replay): ReplayCommands {
  const images = (image: (index: number) => string): string[] =>
    groups.map(({ id }, index) => `Image${id.slice('Group'.length)}=${image(index)}`);
  return {
    create: command`ha-updater update-stack ${STACK} --template s3://${TEMPLATE} ${images(() => OLD_IMAGE)}`,
    play: command`ha-updater update-stack ${STACK} ${images(newImage)} ${flags}`,
  };
}

/** The scenario as YAML, with the commands and what is lost in the comment at its head. */
export function scenarioText(replay: Replay, network: Network, file: string): string {
  const { create, play } = replayCommands(replay);
  const head = [
    'A run of ha-updater, to be played again by the simulated AWS. No name, id or account of the real one is in it.',
    '',
    'In one shell:',
    `  ${commandText(command`ha-updater sandbox --scenario ${file} --speed 20`)}`,
    'In another one, after the lines that it prints:',
    `  ${commandText(create)}`,
    `  ${commandText(play)}`,
    '',
    'What happened in the run and does not happen here:',
    ...replay.lost.map((one) => `  - ${one}`),
  ];
  const scenario = {
    images: Object.fromEntries(replay.groups.map(({ image }, index) => [newImage(index), plain(image)])),
    objects: { [TEMPLATE]: JSON.stringify(replayTemplate(replay.groups, network)) },
    faults: replay.groups.flatMap((group) => group.troubles.map((trouble) => fault(group, trouble))),
  };
  const comment = head.map((line) => (line === '' ? '#' : `# ${line}`)).join('\n');
  return `${comment}\n${stringify(scenario, { lineWidth: 0 })}`;
}

function plain({ behaviour, boot, diesAfter }: ReplayGroup['image']): object {
  return {
    behaviour,
    ...(boot !== undefined && { boot: [...boot] }),
    ...(behaviour === 'dies' && { diesAfter }),
    ...(behaviour === 'flaps' && { flapSeconds: 40 }),
  };
}

function fault({ id }: ReplayGroup, trouble: Trouble): object {
  const { kind, at } = trouble;
  const named = { kind, group: id, at, since: 'rollout' };
  return trouble.kind === 'killInstance' ? { ...named, which: trouble.which } : { ...named, ...trouble.size };
}
