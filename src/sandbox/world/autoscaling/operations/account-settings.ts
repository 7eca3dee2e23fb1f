import type { AccountSetting, DescribeAccountSettingsType, PutAccountSettingType } from '@aws-sdk/client-auto-scaling';
import type { World } from '../../world.js';
import { autoScalingState, invalid } from '../state.js';

/** The settings that there are, each with what it is when nobody has set it. Source: API_DescribeAccountSettings. */
const KNOWN: Readonly<Record<string, string>> = { launchBeforeTerminate: 'disabled' };

/** What a setting of the account is. */
export function accountSetting(world: World, name: string): string {
  return autoScalingState(world).settings.get(name) ?? KNOWN[name] ?? 'disabled';
}

export function describeAccountSettings(world: World, { Name }: DescribeAccountSettingsType): object {
  if (Name !== undefined && KNOWN[Name] === undefined) throw invalid(`There is no account setting ${Name}.`);
  return { Settings: (Name === undefined ? Object.keys(KNOWN) : [Name]).map((name) => shown(world, name)) };
}

export function putAccountSetting(world: World, { Name = '', Value = '' }: PutAccountSettingType): object {
  if (KNOWN[Name] === undefined || !['enabled', 'disabled'].includes(Value))
    throw invalid(`${Value} is no value of an account setting ${Name}.`);
  autoScalingState(world).settings.set(Name, Value);
  return {};
}

function shown(world: World, name: string): AccountSetting {
  return { Name: name, Value: accountSetting(world, name), EnforcementType: 'none' };
}
