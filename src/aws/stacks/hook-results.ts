import type { HookAdvice } from '../../model/stack/stack.js';
import type { Clients } from '../session/clients.js';

/**
 * What the hook advises whose invocation has this id: the rules that failed, or its own words where it names none, as
 * hooks by Lambda do. The event of the stack calls the id `HookInvocationId`; it is that of the result, by which the
 * AWS CDK asks, too. @throws AwsFault
 */
export async function hookAdvice(clients: Clients, id: string): Promise<HookAdvice> {
  const client = await clients.cloudFormation();
  const result = await client.getHookResult({ HookResultId: id });
  const { Annotations: annotations = [], Status: status = '', HookStatusReason: words = '' } = result;
  const failed = annotations.filter((one) => one.Status === 'FAILED');
  if (failed.length === 0) return { rules: status.endsWith('FAILED') && words !== '' ? [words] : [], remedy: '' };
  const remedies = failed.map(({ RemediationMessage: message = '', RemediationLink: link = '' }) =>
    [message, link].filter((text) => text !== '').join(' '),
  );
  return {
    rules: failed.map(({ AnnotationName: name = '', StatusMessage: message = '', SeverityLevel: severity }) =>
      [`${name}${severity === undefined ? '' : ` (${severity})`}`, message].filter((text) => text !== '').join(': '),
    ),
    remedy: [...new Set(remedies)].filter((text) => text !== '').join(' '),
  };
}
