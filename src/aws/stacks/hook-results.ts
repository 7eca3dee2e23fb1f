import type { HookAdvice } from '../../model/stack/stack.js';
import type { Clients } from '../session/clients.js';

/** What the hook advises whose invocation has this id. @throws AwsFault */
export async function hookAdvice(clients: Clients, id: string): Promise<HookAdvice> {
  const client = await clients.cloudFormation();
  const { Annotations: annotations = [] } = await client.getHookResult({ HookResultId: id });
  const failed = annotations.filter(({ Status: status }) => status === 'FAILED');
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
